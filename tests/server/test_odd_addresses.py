"""Addresses that nothing can have: fuzzing asked for them, and was answered with 500."""

import pytest
from flask.testing import FlaskClient

LONG_NAME, LONG_NUMBER = "a" * 300, "9" * 300


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(f"/projects/{LONG_NAME}", id="a name longer than files have"),
        pytest.param(f"/projects/{LONG_NAME}/training-set/1.zip", id="a version of it"),
        pytest.param(f"/projects/parts/training-set/{LONG_NUMBER}.zip", id="a number of no end"),
        pytest.param("/projects/parts/training-set/-1.zip", id="a number below all"),
        pytest.param(f"/projects/parts/batches/{LONG_NAME}", id="a batch"),
        pytest.param(f"/projects/parts/images/{LONG_NAME}", id="a frame"),
    ],
)
@pytest.mark.parametrize("referer", ["", "http://["])
def test_what_no_address_can_name_is_not_found(
    signed_in_client: FlaskClient, path: str, referer: str
) -> None:
    headers = {"Accept": "text/html", "Referer": referer}
    assert signed_in_client.get(path, headers=headers).status_code == 404


def test_a_form_that_comes_from_nowhere_is_refused_as_any_other(
    signed_in_client: FlaskClient,
) -> None:
    headers = {"Accept": "text/html", "Referer": "http://["}
    assert signed_in_client.post("/system/doctor", headers=headers).status_code == 403
