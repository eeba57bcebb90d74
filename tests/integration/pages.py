"""Label Studio's pages, as a reviewer uses them in a browser, and what they really draw."""

from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page

from plugin.domain.rle import Bitmap

WINDOW = {"width": 1360, "height": 860}
EDITOR_TIMEOUT = 30_000  # milliseconds; Label Studio loads 6 MB of scripts first

_LOADED = """(task) => {
  const store = window.Htx?.annotationStore, annotation = store?.selected;
  const image = annotation?.names.get("image");
  return (task === null || Number(Htx.task.id) === task)
    && image?.imageIsLoaded && image.stageWidth > 1 && image.stageRef
    && annotation.regionStore.regions.every((region) => region.type !== "brushregion"
      || region.layerRef?.canvas);
}"""

# Konva is what draws; its shapes are read, not the model that they are made from.
_DRAWN = """() => {
  const annotation = Htx.annotationStore.selected, image = annotation.names.get("image");
  const shape = (region) => {
    const drawn = region.shapeRef;
    if (region.type === "rectangleregion") {
      return [[drawn.x(), drawn.y()],
              [drawn.x() + drawn.width(), drawn.y() + drawn.height()]];
    }
    if (region.type === "keypointregion") return [[drawn.x(), drawn.y()]];
    if (region.type === "polygonregion") {
      return region.points.map((point) => [point.canvasX, point.canvasY]);
    }
    return [];
  };
  return {
    editable: !annotation.isReadOnly() && annotation.type === "annotation",
    image: [image.stageWidth, image.stageHeight],
    choices: annotation.results.filter((each) => each.type === "choices")
      .flatMap((each) => each.mainValue),
    regions: annotation.regionStore.regions.map((region) => ({
      kind: region.type, labels: region.labels, score: region.score,
      id: region.cleanId, parent: region.parentID,
      colour: region.shapeRef?.stroke?.() ?? region.getOneColor(), points: shape(region),
    })),
  };
}"""

_LAYER = """(index) => Htx.annotationStore.selected.regionStore.regions[index]
  .layerRef.canvas._canvas.toDataURL("image/png")"""


@dataclass(frozen=True)
class Drawn:
    """What the editor shows of a task. `image` in pixels of the screen, as all of `regions`."""

    editable: bool
    image: tuple[float, float]
    choices: list[str]
    regions: list[dict[str, Any]]

    def points(self, index: int, size: tuple[int, int]) -> list[tuple[float, float]]:
        """The points of a region, in pixels of an image of this size."""
        across, down = size[0] / self.image[0], size[1] / self.image[1]
        return [(x * across, y * down) for x, y in self.regions[index]["points"]]


@contextmanager
def signed_in(browser: Browser, url: str, email: str, password: str) -> Iterator[Page]:
    """A page on which a user of Label Studio has signed in."""
    with browser.new_context(viewport=WINDOW) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{url}/user/login/")
        page.fill("input[name=email]", email)
        page.fill("input[name=password]", password)
        page.click("button[type=submit]")
        page.wait_for_url(lambda address: "login" not in address)
        yield page


def open_stream(page: Page, address: str) -> None:
    """Open a tab's next task, as the link of an assignment does."""
    page.goto(address)
    await_task(page)


def await_task(page: Page, task: int | None = None) -> None:
    """Wait until the editor has drawn a task (any, when None) and its image."""
    page.wait_for_function(_LOADED, arg=task, timeout=EDITOR_TIMEOUT)


def drawn(page: Page) -> Drawn:
    """What the open task shows."""
    return Drawn(**page.evaluate(_DRAWN))


def mask(page: Page, index: int) -> tuple[Bitmap, tuple[int, int, int]]:
    """The painted pixels of a region (rows of columns, of the screen), and their colour."""
    width, height = drawn(page).image
    png = b64decode(page.evaluate(_LAYER, index).partition(",")[2])
    with Image.open(BytesIO(png)) as layer:
        pixels = np.asarray(layer.convert("RGBA"))[: round(height), : round(width)]
    opacity = pixels[:, :, 3]
    painted = opacity > opacity.max() // 2
    red, green, blue = np.median(pixels[painted][:, :3], axis=0)
    return painted, (int(red), int(green), int(blue))
