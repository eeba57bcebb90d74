"""What people label elsewhere, read from their labelling configs."""

from collections.abc import Sequence

import pytest
from label_studio_sdk._extensions.label_studio_tools.core.label_config import (
    parse_config,
)

from plugin.domain.errors import InvalidInputError
from plugin.domain.prediction import TaskType
from plugin.labelstudio.label_configs import render
from plugin.labelstudio.reading_configs import MAX_CHARACTERS, read_config

NAMES = ("bolt", '<b>&"dent"', "שריטה")
BOXES = '<RectangleLabels name="l" toName="i"><Label value="bolt"/></RectangleLabels>'
BRUSH = (
    '<BrushLabels name="l" toName="i"><Label value="a" alias="bolt"/><Label value=" dent "/>'
    '<Label value="dent"/></BrushLabels>'
)
CHOICES = '<Choices name="c" toName="i"><Choice value="good"/></Choices>'
SEVERAL = (
    '<Choices name="c" toName="i" choice="multiple"><Choice value="good"/>'
    '<View><Choice value="worn"/></View></Choices>'
)
IMAGE = '<Image name="i" value="$image"/>'


def view(*tags: str) -> str:
    return f"<View>{''.join(tags)}</View>"


@pytest.mark.parametrize("task_type", TaskType, ids=str)
def test_our_own_configs_are_read_back(task_type: TaskType) -> None:
    points = ("tip", "tail") if task_type is TaskType.KEYPOINT_DETECTION else ()
    shades = {"bolt": "#fc6000"}
    found = read_config(render(task_type, NAMES, points, shades))
    assert found[:3] == (task_type, NAMES, points)
    assert found.shades["bolt"] == "#fc6000"
    assert found.shades.keys() == {*NAMES, *points}


@pytest.mark.parametrize(
    ("tags", "task_type", "classes"),
    [
        pytest.param(
            ['<Labels name="l" toName="i"><Label value="bolt"/><Label value="dent"/></Labels>',
             '<Rectangle name="r" toName="i"/>', IMAGE],
            "object-detection", ("bolt", "dent"), id="names apart from the tool",
        ),
        pytest.param(
            ['<Header value="Find all"/>', '<Filter toName="l" name="f"/>', IMAGE, BOXES,
             '<Relations><Relation value="touches"/></Relations>', '<Text name="t" value="$id"/>'],
            "object-detection", ("bolt",), id="what only helps or is only shown",
        ),
        pytest.param(
            [IMAGE, BRUSH],
            "instance-segmentation", ("bolt", "dent"), id="aliases, spaces, twice",
        ),
        pytest.param(
            [IMAGE, CHOICES],
            "classification", ("good",), id="choices that say no more",
        ),
        pytest.param(
            [IMAGE, SEVERAL],
            "multi-label-classification", ("good", "worn"), id="choices of several",
        ),
    ],
)  # fmt: skip
def test_what_others_write(tags: Sequence[str], task_type: str, classes: tuple[str, ...]) -> None:
    parse_config(view(*tags))  # type: ignore[no-untyped-call]  # Label Studio's own parser takes it
    found = read_config(view(*tags))
    assert (found.task_type, found.classes) == (task_type, classes)


def test_colours_are_taken_over_in_one_form() -> None:
    labels = ("red", "#FA0", "rgb(0,128,255)", "#12345678", "no colour", "")
    written = "".join(
        f'<Label value="{at}" background="{each}"/>' for at, each in enumerate(labels)
    )
    tag = f'<RectangleLabels name="l" toName="i">{written}</RectangleLabels>'
    assert read_config(view(IMAGE, tag)).shades == {
        "0": "#ff0000", "1": "#ffaa00", "2": "#0080ff", "3": "#123456",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("config", "tag"),
    [
        pytest.param(view(IMAGE, BOXES, '<TextArea name="t" toName="i"/>'), "<TextArea>",
                     id="another kind of question"),
        pytest.param(view(IMAGE, BOXES, '<Choices name="c" toName="i" perRegion="true">'
                          '<Choice value="a"/></Choices>'), "<Choices perRegion>",
                     id="a question on each box"),
        pytest.param(view(IMAGE, BOXES, BOXES.replace("Rectangle", "Polygon")),
                     "<RectangleLabels, PolygonLabels>", id="two kinds"),
        pytest.param(view(IMAGE, BOXES.replace("Rectangle", "KeyPoint")), "<KeyPointLabels>",
                     id="points without boxes"),
        pytest.param(view(IMAGE, BOXES.replace("Rectangle", "Ellipse")), "<EllipseLabels>",
                     id="ellipses"),
        pytest.param(view('<Text name="i" value="$text"/>', BOXES), "<Text>", id="a text"),
        pytest.param(view(BOXES), "<Image>", id="no image"),
        pytest.param(view(IMAGE, IMAGE.replace('"i"', '"j"'), BOXES, BOXES.replace('"i"', '"j"')),
                     "<Image>", id="two images"),
        pytest.param(view('<Image name="i" value="$image" valueList="$images"/>', BOXES),
                     "<Image valueList>", id="pages"),
        pytest.param(view(IMAGE, '<RectangleLabels name="l" toName="i" value="$names"/>'),
                     "<RectangleLabels>", id="names of each task"),
        pytest.param(view(IMAGE, '<Choices name="c" toName="i"><Choice value="a">'
                          '<Choice value="b"/></Choice></Choices>'), "<Choice in Choice>",
                     id="a tree"),
        pytest.param(view(IMAGE, *2 * [CHOICES]),
                     "<Choices>", id="two questions"),
        pytest.param(view(IMAGE), "<Image>", id="nothing to label with"),
        pytest.param("<View>", "<View>", id="no XML"),
        pytest.param("", "XML", id="nothing"),
        pytest.param("x" * (MAX_CHARACTERS + 1), "at most", id="endless"),
    ],
)  # fmt: skip
def test_what_we_cannot_express_is_refused_by_its_tag(config: str, tag: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_config(config)
    assert tag in str(caught.value)
    assert caught.value.errors[0].field == "label_config"
