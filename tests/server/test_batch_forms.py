"""The forms on the page of a batch: what is refused, how that is said, and that nothing changes."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from redis import Redis
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from plugin.bootstrap import Application
from plugin.config import Config
from plugin.domain.assigning import Wish
from plugin.domain.batching import Batch
from plugin.domain.errors import InvalidInputError
from plugin.domain.reviewing import Assignments
from tests.batch_samples import ANN, BEN, CLEO, NOW, TEAM, add_batch, give
from tests.signing_in import csrf_token, sign_in_client
from webhook_server.app import create_app
from webhook_server.pages.review.batch_forms import assign_form, changes_since, seen

PAGE = "/projects/parts/batches/2026-11-23"
AS_A_BROWSER = {"Accept": "text/html"}


@pytest.fixture
def application(redis: Redis, redis_url: str, tmp_path: Path) -> Iterator[Application]:
    """Parts whose Label Studio does not answer."""
    config = {
        "STORE_URL": str(tmp_path / "store"),
        "REDIS_URL": redis_url,
        "LABEL_STUDIO_URL": "http://127.0.0.1:1",
        "LABEL_STUDIO_API_KEY": "a-made-up-key",
    }
    parts = Application(Config.model_validate(config))
    parts.team.save(TEAM, NOW)
    yield parts
    parts.close()


@pytest.fixture
def batch(application: Application) -> Batch:
    """A hundred images, of which Ann has 40; revision 1."""
    batch = add_batch(application)
    give(application, batch, {ANN: 40}, told="Look for dents.")
    return batch


@pytest.fixture
def browser(application: Application, batch: Batch) -> FlaskClient:
    """A manager's."""
    client = create_app(application).test_client()
    sign_in_client(client, application)
    return client


def post(browser: FlaskClient, change: str, **fields: Any) -> TestResponse:
    """Send a form as the page made it, with some fields filled in."""
    form = {"csrf_token": csrf_token(browser), "base": "1", "overlap": "1"} | fields
    return browser.post(f"{PAGE}/{change}", data=form, headers=AS_A_BROWSER)


def text(answer: TestResponse) -> str:
    """A page as it is read: without tags, with single spaces."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def is_open(answer: TestResponse, dialog: str) -> bool:
    """Whether a dialog opens with the page."""
    found = re.search(rf'<dialog [^>]*id="{dialog}"[^>]*>', answer.text)
    return found is not None and "data-open" in found.group()


def unchanged(application: Application, batch: Batch) -> bool:
    return application.batches.assignments(batch).revision == 1 and not application.audit.newest(1)


@pytest.mark.parametrize(
    ("change", "fields", "said"),
    [
        ("assign", {}, "Reviewer: expected at least one person"),
        ("assign", {"reviewer": BEN, f"images:{BEN}": "61"}, "a whole number from 1 to 60"),
        ("assign", {"reviewer": BEN, f"images:{BEN}": "0"}, "a whole number from 1 to 60"),
        ("assign", {"reviewer": BEN, f"images:{BEN}": "-3"}, "a whole number from 1 to 60"),
        ("assign", {"reviewer": BEN, f"images:{BEN}": "1e3"}, "a whole number from 1 to 60"),
        ("assign", {"reviewer": BEN, f"images:{BEN}": "٣"}, "a whole number from 1 to 60"),
        ("assign", {"reviewer": BEN, "overlap": "99"}, "Overlap: expected a whole number from 1"),
        ("reassign", {"source": ANN}, "To: expected one of the people in the list"),
        ("reassign", {"source": ANN, "target": BEN, "images": "x"}, "a whole number, 1 or more"),
        ("take-back", {}, "Reviewer: expected one of the people in the list"),
        ("take-back", {"reviewer": ANN, "base": ""}, "Base: expected a whole number, 0 or more"),
    ],
)
def test_what_cannot_be_is_said_in_the_dialog(
    browser: FlaskClient, application: Application, batch: Batch,
    *, change: str, fields: dict[str, str], said: str,
) -> None:  # fmt: skip
    answer = post(browser, change, **fields)
    assert answer.status_code == 422
    assert is_open(answer, change)
    assert said in text(answer)
    assert unchanged(application, batch)


def test_more_than_there_are_is_refused_at_the_fields_and_what_was_typed_stays(
    browser: FlaskClient, application: Application, batch: Batch
) -> None:
    answer = post(
        browser, "assign", reviewer=[BEN, CLEO], shuffle="on", instructions="<b>Look</b>",
        **{f"images:{BEN}": "7000", f"images:{CLEO}": "12"},
    )  # fmt: skip
    assert answer.status_code == 422
    field = re.search(rf'<input id="[^"]*" name="images:{BEN}"[^>]*>', answer.text)
    assert field
    assert 'value="7000"' in field.group()
    assert 'aria-invalid="true"' in field.group()
    assert f'name="images:{CLEO}"' in answer.text
    assert 'value="12"' in answer.text
    assert "&lt;b&gt;Look&lt;/b&gt;" in answer.text
    assert answer.text.count("checked") == 3  # Ben, Cleo, shuffled
    assert unchanged(application, batch)


@pytest.mark.parametrize("change", ["assign", "reassign", "take-back", "instructions"])
def test_of_two_managers_the_second_is_told_and_nothing_is_overwritten(
    browser: FlaskClient, application: Application, batch: Batch, change: str
) -> None:
    before = application.batches.assignments(batch)
    share = before.shares[0]
    others = type(share)(
        reviewer=BEN, tasks=(41, 42), shuffled=False, link="/b", assigned_at=share.assigned_at
    )
    now = Assignments(1, (share, others), "Scratches too.")
    application.batches.save_assignments(batch, now, base=1)
    answer = post(
        browser, change, seen=seen(before), reviewer=CLEO, source=ANN, target=CLEO,
        instructions="Mine", **{f"images:{CLEO}": "5"},
    )  # fmt: skip
    assert answer.status_code == 409
    assert is_open(answer, change)
    assert f"{BEN} has 2 images now, had 0." in text(answer)
    assert "The instructions were changed." in text(answer)
    assert 'name="base" value="2"' in answer.text, "sent again, it is a decision"
    found = application.batches.assignments(batch)
    assert (found.revision, found.instructions) == (2, "Scratches too.")
    assert not application.audit.newest(1)


@pytest.mark.parametrize("said", ["", "[]", "{", '{"shares": 3}', "null"])
def test_what_a_form_claims_to_have_seen_may_be_anything(said: str) -> None:
    assert changes_since(said, Assignments()) == []


def test_a_form_without_its_token_does_nothing(
    browser: FlaskClient, application: Application, batch: Batch
) -> None:
    answer = post(browser, "instructions", instructions="Mine", csrf_token="")
    assert answer.status_code == 403
    assert "nothing was changed" in text(answer).lower()
    assert unchanged(application, batch)


def test_a_form_from_a_session_that_ended_does_nothing(
    browser: FlaskClient, application: Application, batch: Batch
) -> None:
    token = csrf_token(browser)
    application.sessions.end_all("maya@example.com")
    form = {"csrf_token": token, "base": "1", "instructions": "Mine"}
    answer = browser.post(f"{PAGE}/instructions", data=form, headers=AS_A_BROWSER)
    assert answer.status_code == 401
    assert unchanged(application, batch)


def test_reviewers_read_and_change_nothing(application: Application, batch: Batch) -> None:
    reviewer = create_app(application).test_client()
    sign_in_client(reviewer, application, ANN, manager=False)
    page = reviewer.get(f"{PAGE}?open=assign", headers=AS_A_BROWSER)
    assert page.status_code == 200
    assert "Look for dents." in page.text
    assert "<dialog" not in page.text
    answer = post(reviewer, "instructions", instructions="Mine")
    assert answer.status_code == 403
    assert unchanged(application, batch)


@pytest.mark.parametrize("change", ["assign", "reassign", "take-back", "instructions"])
def test_label_studio_is_away_and_what_was_typed_stays(
    browser: FlaskClient, application: Application, batch: Batch, change: str
) -> None:
    answer = post(
        browser, change, reviewer=ANN if change == "take-back" else BEN, source=ANN, target=BEN,
        instructions="Mine & yours", images="" if change == "assign" else "7",
    )  # fmt: skip
    assert answer.status_code == 503
    assert is_open(answer, change)
    assert "Label Studio did not do it: does not answer" in text(answer)
    assert "What you typed is still here" in text(answer)
    typed = "Mine &amp; yours" if change in {"assign", "instructions"} else 'value="7"'
    assert typed in answer.text
    assert not application.audit.newest(1)


@pytest.mark.parametrize(
    "address",
    ["/projects/parts/batches/nothing", "/projects/../batches/x", "/projects/parts/batches/..",
     "/projects/parts/batches/%2e%2e%2fx", f"/projects/parts/batches/{'a' * 300}",
     "/projects/%00/batches/x", "/projects/parts/batches/.hidden"],
)  # fmt: skip
def test_what_is_no_batch_is_not_found(browser: FlaskClient, address: str) -> None:
    assert browser.get(address, headers=AS_A_BROWSER).status_code in {301, 308, 404}


def test_a_batch_that_is_gone_has_no_forms_and_takes_none(
    browser: FlaskClient, application: Application, batch: Batch
) -> None:
    application.batches.close(batch, "deleted in Label Studio, found on 2026-11-24")
    assert "<dialog" not in browser.get(PAGE, headers=AS_A_BROWSER).text
    answer = post(browser, "assign", reviewer=BEN)
    assert answer.status_code == 409
    assert "deleted in Label Studio, found on 2026-11-24" in text(answer)
    assert unchanged(application, batch)


def test_the_address_of_a_form_leads_to_its_dialog(browser: FlaskClient) -> None:
    answer = browser.get(f"{PAGE}/reassign", headers=AS_A_BROWSER, follow_redirects=True)
    assert is_open(answer, "reassign")


def test_numbers_left_empty_share_what_the_others_leave() -> None:
    typed = MultiDict(
        [("reviewer", ANN), ("reviewer", BEN), ("reviewer", CLEO), ("overlap", "1"),
         (f"images:{BEN}", "10"), (f"images:{ANN}", " ")]
    )  # fmt: skip
    assert assign_form(typed, free=21).wishes == (Wish(ANN, 6), Wish(BEN, 10), Wish(CLEO, 5))
    with pytest.raises(InvalidInputError, match=f"images:{CLEO}.*nothing is left to split"):
        assign_form(typed, free=11)


def test_with_overlap_every_image_is_split_as_often_as_it_is_reviewed() -> None:
    typed = MultiDict([("reviewer", ANN), ("reviewer", BEN), ("reviewer", ANN), ("overlap", "2")])
    assert assign_form(typed, free=7).wishes == (Wish(ANN, 7), Wish(BEN, 7))
