"""Classes that a project learns have the same colour in all of its batches."""

import re

import httpx

from plugin.clock import utc_now
from plugin.demo.installation import Installation
from plugin.domain.colours import colours
from plugin.domain.settings import ProjectSettings
from tests.samples import box, encoded, jpeg, prediction
from tests.waiting import wait_for

PROJECT = "colours"
SETTINGS = {
    "project": PROJECT, "classes": ["dent", "bolt"], "unknown_classes": "keep",
    "batch": {"max_images": 1},
}  # fmt: skip


def shades(installation: Installation, number: int) -> dict[str, str]:
    """Colour by class, as a batch's labelling config in Label Studio has them."""
    found = installation.application.label_studio.project(number)
    assert found
    return dict(re.findall(r'value="(\w+)" background="(#\w+)"', found.label_config))


def test_batches_that_learn_classes_in_another_order_show_the_same_colours(
    installation: Installation,
) -> None:
    first, second = ["burr"], ["chip", "burr"]
    alone = [colours(["dent", "bolt", *names])["burr"] for names in (first, second)]
    assert alone[0] != alone[1], "else this shows nothing"

    app = installation.application
    app.history.add(ProjectSettings.model_validate(SETTINGS), "test", utc_now())
    _, key = app.deployments.register(PROJECT, "line-3", utc_now())
    for seed, names in enumerate((first, second)):
        answer = httpx.post(
            f"{installation.webhook_url}/v1/projects/{PROJECT}/events",
            headers={"Authorization": f"Bearer {key}"},
            data={"prediction": encoded(prediction(*(box(name) for name in names)))},
            files={"image": ("shot.jpg", jpeg(seed=seed), "image/jpeg")},
        )
        assert answer.json().get("outcome") == "kept", answer.text
        wait_for(lambda: not app.spool.pending(PROJECT), "the import")
    one, other = (
        shades(installation, batch.label_studio_id) for batch in app.batches.of_project(PROJECT)
    )
    assert one.keys() & other.keys() == {"dent", "bolt", "burr"}
    assert all(one[name] == other[name] for name in one.keys() & other.keys())
    assert len({*one.values(), *other.values()}) == 4
