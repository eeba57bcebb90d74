"""The tables of an analysis as CSV: for a spreadsheet, and never a formula in it."""

import csv
from io import StringIO

import pytest
from flask.testing import FlaskClient

from plugin.bootstrap import Application
from plugin.domain.prediction import Box
from tests.reviewed import ANN, BEN, add_frame, finish, opinion, seen
from tests.signing_in import sign_in_client
from webhook_server.pages.training.analysis_csv import defused

HERE = (100.0, 100.0, 200.0, 200.0)
THERE = (300.0, 300.0, 400.0, 400.0)
EVIL = '=HYPERLINK("https://example.com")'


@pytest.fixture
def counted(application: Application) -> None:
    """Three images of two rules and two model versions, one of them reviewed by two people."""
    dent, bolt = Box("dent", 0.7, HERE), Box(EVIL, 0.95, THERE)
    first = add_frame(application, "a", seen(dent, bolt), "unsure")
    finish(application, first, opinion(seen(dent)), opinion(seen(dent, bolt), BEN))
    finish(application, add_frame(application, "b", seen(dent), "@sum"), opinion(seen(bolt)))
    third = add_frame(application, "c", seen(dent, version="v2"), "")
    finish(application, third, opinion(seen(dent)))
    application.analyser.run("parts")


def rows(client: FlaskClient, query: str) -> list[dict[str, str]]:
    answer = client.get(f"/projects/parts/analysis.csv?{query}")
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(StringIO(answer.text)))


@pytest.mark.usefixtures("counted")
def test_classes(signed_in_client: FlaskClient) -> None:
    found = {row["class"]: row for row in rows(signed_in_client, "by=class")}
    assert found.keys() == {"dent", f"'{EVIL}"}
    dent = found["dent"]
    assert (dent["kept"], dent["removed"], dent["added"]) == ("2", "1", "0")
    assert (dent["precision"], dent["recall"], dent["mean_iou"]) == ("0.6667", "1.0000", "1.0000")
    assert float(dent["precision_low"]) < 0.6667 < float(dent["precision_high"])


@pytest.mark.usefixtures("counted")
def test_rules_versions_weeks_and_bands(signed_in_client: FlaskClient) -> None:
    def names(kind: str) -> list[str]:
        return [row[kind] for row in rows(signed_in_client, f"by={kind}")]

    assert sorted(names("rule")) == ["", "'@sum", "unsure"]
    assert names("version") == ["v2", "v1"]
    assert names("week") == ["2026-11-23"]
    bins = rows(signed_in_client, "by=bin")
    assert [row["predictions"] for row in bins] == ["0"] * 7 + ["3", "0", "1"]
    assert (bins[7]["share_right"], bins[7]["mean_confidence"]) == ("0.6667", "0.7000")
    assert bins[0]["share_right"] == ""


@pytest.mark.usefixtures("counted")
def test_reviewers(signed_in_client: FlaskClient) -> None:
    found = {row["reviewer"]: row for row in rows(signed_in_client, "by=reviewer")}
    assert (found[ANN]["images"], found[ANN]["objects"], found[ANN]["changed"]) == ("3", "5", "3")
    assert (found[BEN]["agreement"], found[BEN]["agreement_of"]) == ("0.5000", "2")


@pytest.mark.usefixtures("counted")
def test_it_has_what_the_page_shows(signed_in_client: FlaskClient) -> None:
    assert [row["class"] for row in rows(signed_in_client, "by=class&version=v2")] == ["dent"]
    assert rows(signed_in_client, "by=rule&rule=(none)")[0]["images"] == "1"


def test_without_reviews_it_has_its_heading(signed_in_client: FlaskClient) -> None:
    answer = signed_in_client.get("/projects/parts/analysis.csv?by=class")
    assert answer.text.splitlines()[0].startswith("class")


def test_numbers_of_single_reviewers_are_for_managers(
    application: Application, signed_in_client: FlaskClient
) -> None:
    sign_in_client(signed_in_client, application, ANN, manager=False)
    assert signed_in_client.get("/projects/parts/analysis.csv?by=reviewer").status_code == 403
    assert signed_in_client.get("/projects/parts/analysis.csv?by=class").status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("parts/analysis.csv", 422, id="by nothing"),
        pytest.param("parts/analysis.csv?by=colour", 422, id="by what there is not"),
        pytest.param("none/analysis.csv?by=class", 404, id="no such project"),
        pytest.param("none/analysis", 404, id="a page of no project"),
    ],
)
def test_what_does_not_exist(signed_in_client: FlaskClient, path: str, status: int) -> None:
    answer = signed_in_client.get(f"/projects/{path}")
    assert answer.status_code == status


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1", "＠x"])
def test_what_begins_like_a_formula_is_defused(text: str) -> None:
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "dent", "1-2", "'=1"])
def test_other_names_are_as_they_are(text: str) -> None:
    assert defused(text) == text
