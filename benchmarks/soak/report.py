"""What is written of a run: a section in benchmarks.md, its figures as JSON and its plot."""

import re
from pathlib import Path

import msgspec

from benchmarks.soak.managing import PAGES
from benchmarks.soak.plot import draw
from benchmarks.soak.results import Soak, Verdict

PAGE = "benchmarks.md"
FIGURES = "benchmarks/soak.json"
PLOT = "images/soak.svg"

BEGIN = "<!-- written by `make soak` -->"
END = "<!-- until here -->"

NUMBERS = {20: "Twenty"}

_SECTION = """\
## {title}

`make soak`, on {day}: everything on one machine ({machine}), Label Studio on SQLite among it, and
what makes the load. Measured first: {events:,.0f} events/s are answered with everything else at
work, and {frames:.0f} frames/s become tasks meanwhile. Driven: **{rate:,.0f} events/s**, half of
what keeps up, by the clock and not by the answers: a latency counts from when an event was due.
{percent:.1f} % of them are kept; the others are not sampled, match no rule, find their cap full,
look like one kept before, came already, or are malformed. Three reviewers label through Label
Studio's API; a manager deals out images, opens pages, and has versions of the training set built.

![Latencies, memory, waiting frames and imports over time]({plot})

{counts}

The last fifth of the time against the second; everything counted when it had come to rest:

{table}

{verdict} Of Label Studio and the driver nothing is asked. Figures: [soak.json]({figures})."""

_COUNTS = """\
- {events} requests, {kept} frames kept; {tasks} tasks in {batches} batches, with those of the
  measuring. {late} requests were sent more than 10 ms after they were due.
- Images reviewed: {did}. {versions} versions of the training set, built in {built:.1f} s at most.
- The slowest page took {page:.2f} s. {refused} requests of reviewers had to be made once more, as
  Label Studio did not take them."""

_DID = {
    "accepted": "accepted", "corrected": "corrected", "skipped": "skipped", "draft": "begun only",
}  # fmt: skip


def write(folder: Path, soak: Soak) -> Path:
    """Write a run into a folder of documents, in place of the one before.

    Returns:
        The page.
    """
    for name, text in ((PLOT, draw(soak)), (FIGURES, _figures(soak))):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    page = folder / PAGE
    before = page.read_text() if page.exists() else "# Benchmarks\n"
    page.write_text(placed(before, section(soak)))
    return page


def placed(page: str, text: str) -> str:
    """A page with a section between its marks, behind everything where there are none yet."""
    whole = f"{BEGIN}\n{text}\n{END}\n"
    marked = re.compile(f"{re.escape(BEGIN)}\n.*?{re.escape(END)}\n", re.DOTALL)
    if marked.search(page):
        return marked.sub(lambda _: whole, page, count=1)
    return f"{page.rstrip()}\n\n{whole}"


def section(soak: Soak) -> str:
    """What is said of a run, as Markdown."""
    missed = [verdict.what for verdict in soak.verdicts if not verdict.holds]
    number = NUMBERS.get(round(soak.minutes), f"{soak.minutes:g}")
    return _SECTION.format(
        title=f"{number} minutes at half load",
        day=soak.day, machine=soak.machine, events=soak.capacity.events,
        frames=soak.capacity.frames, rate=soak.rate, plot=PLOT, figures=FIGURES,
        percent=100 * soak.counts["kept"] / max(1, soak.counts["events"]),
        counts=_counts(soak), table=as_table(soak),
        verdict=f"**Missed:** {', '.join(missed)}." if missed else "All of it holds.",
    )  # fmt: skip


def _counts(soak: Soak) -> str:
    counts = soak.counts
    did = ", ".join(f"{counts[what]:,} {said}" for what, said in _DID.items() if counts.get(what))
    built = soak.seconds.get("building a version, longest", 0)
    return _COUNTS.format(
        **{name: f"{counts[name]:,}" for name in ("events", "kept", "tasks", "late", "refused")},
        batches=counts["batches"], versions=counts["versions"], did=did or "none", built=built,
        page=max((soak.seconds.get(f"{page}, longest", 0) for page in PAGES), default=0),
    )  # fmt: skip


def as_table(soak: Soak) -> str:
    """What must hold, as a Markdown table."""
    head = ["| what | found | bound | |", "| --- | ---: | --- | --- |"]
    return "\n".join([*head, *map(_row, soak.verdicts)])


def _row(verdict: Verdict) -> str:
    said = "holds" if verdict.holds else "**missed**"
    return f"| {verdict.what} | {verdict.found} | {verdict.bound} | {said} |"


def _figures(soak: Soak) -> str:
    """The run as JSON; a point a line."""
    points, rest = soak.points, msgspec.structs.replace(soak, points=[])
    lines = ",\n".join(msgspec.json.encode(point).decode() for point in points)
    whole = msgspec.json.encode(rest).decode()
    return whole.removesuffix('"points":[]}') + f'"points":[\n{lines}\n]}}\n'
