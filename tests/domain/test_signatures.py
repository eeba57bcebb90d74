"""Signed posts, against the library of the Standard Webhooks project as the other side."""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from standardwebhooks.webhooks import Webhook
from werkzeug.datastructures import Headers

from plugin.domain.errors import NotAuthenticatedError
from plugin.formats.signatures import TOLERANCE, read_headers, verify
from tests.samples import NOW, jpeg

# From the specification: "At least 24 bytes, base64 encoded, prefixed with whsec_".
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
BODY = '{"event_id": "e1", "note": "Größe"}'


def signed(
    secret: str = SECRET, body: str = BODY, at: datetime = NOW, message_id: str = "msg_1"
) -> dict[str, str]:
    """Headers as the library makes them."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, at, body),
    }


def check(
    headers: Mapping[str, str],
    body: bytes = BODY.encode(),
    secrets: tuple[str, ...] = (SECRET,),
    now: datetime = NOW,
) -> None:
    verify(read_headers(headers), body, secrets, now)


def test_what_the_library_signs_is_accepted() -> None:
    check(signed())
    check(signed(body=""), b"")


def test_the_example_of_the_specification_is_accepted() -> None:
    """The vector of the library's own tests, at its time."""
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    at = datetime.fromtimestamp(1614265330, UTC)
    check(headers, b'{"test": 2432232314}', now=at)


def test_header_names_may_be_in_any_case_where_the_mapping_allows_it() -> None:
    headers = Headers({name.title(): value for name, value in signed().items()})
    verify(read_headers(headers), BODY.encode(), (SECRET,), NOW)


def test_a_body_need_not_be_text() -> None:
    seconds = int(NOW.timestamp())
    content = f"msg_1.{seconds}.".encode() + jpeg()
    digest = hmac.new(b64decode(SECRET.removeprefix("whsec_")), content, sha256).digest()
    headers = signed() | {"webhook-signature": f"v1,{b64encode(digest).decode()}"}
    check(headers, jpeg())
    with pytest.raises(NotAuthenticatedError):
        check(headers, jpeg(seed=1))


def test_while_a_secret_is_changed_either_is_accepted_and_a_sender_may_send_both() -> None:
    check(signed(OTHER), secrets=(SECRET, OTHER))
    both = f"{signed(OTHER)['webhook-signature']} v1a,hnO3 {signed()['webhook-signature']}"
    check(signed() | {"webhook-signature": both})


@pytest.mark.parametrize("off", [-TOLERANCE, 0, TOLERANCE])
def test_clocks_may_differ_by_five_minutes(off: int) -> None:
    check(signed(), now=NOW + timedelta(seconds=off))


@pytest.mark.parametrize(
    ("seconds", "said"), [(TOLERANCE + 1, "too old"), (-TOLERANCE - 1, "too new")]
)
def test_and_by_no_more(seconds: int, said: str) -> None:
    with pytest.raises(NotAuthenticatedError, match=said):
        check(signed(), now=NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_each_header_must_be_there(name: str) -> None:
    headers = signed()
    del headers[name]
    with pytest.raises(NotAuthenticatedError, match=f"must be signed: no header {name}$"):
        check(headers)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"webhook-id": "msg_2"}, "does not fit", id="another id"),
        pytest.param({"webhook-timestamp": str(int(NOW.timestamp()) + 1)}, "does not", id="time"),
        pytest.param(signed(OTHER), "does not fit", id="another secret"),
        pytest.param(signed(body="{}"), "does not fit", id="another body"),
        pytest.param({"webhook-signature": "v1"}, "does not fit", id="no comma"),
        pytest.param({"webhook-signature": "v1,"}, "does not fit", id="empty"),
        pytest.param({"webhook-signature": "v1,####"}, "does not fit", id="no base64"),
        pytest.param({"webhook-signature": "v1,ä"}, "does not fit", id="no ASCII"),
        pytest.param(
            {"webhook-signature": signed()["webhook-signature"].replace("v1,", "v2,")},
            "does not fit",
            id="of another kind",
        ),
        pytest.param({"webhook-timestamp": "soon"}, "webhook-timestamp: expected", id="no number"),
        pytest.param({"webhook-timestamp": "1e9"}, "webhook-timestamp: expected", id="float"),
        pytest.param({"webhook-timestamp": "-1"}, "webhook-timestamp: expected", id="negative"),
        pytest.param({"webhook-timestamp": "9" * 400}, "webhook-timestamp: expected", id="huge"),
        pytest.param({"webhook-id": "a b"}, "webhook-id: expected", id="space in the id"),
        pytest.param({"webhook-id": "x" * 201}, "webhook-id: expected", id="id too long"),
    ],
)
def test_what_does_not_fit_is_refused(changes: dict[str, str], said: str) -> None:
    with pytest.raises(NotAuthenticatedError, match=said):
        check(signed() | changes)


def test_an_id_with_a_full_stop_is_refused_though_rightly_signed() -> None:
    """Else what was signed could be cut elsewhere: the time as part of the id, say."""
    with pytest.raises(NotAuthenticatedError, match="no full stop"):
        check(signed(message_id="msg.1"))


def test_a_thousand_signatures_are_not_all_looked_at() -> None:
    many = " ".join(["v1,AAAA"] * 1000)
    with pytest.raises(NotAuthenticatedError):
        check(signed() | {"webhook-signature": f"{many} {signed()['webhook-signature']}"})
