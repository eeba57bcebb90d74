"""What changed between two settings, in the words of the settings' file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from plugin.domain.fields import READABLE
from plugin.domain.settings import ProjectSettings, Rule

MAX_SHOWN = 100  # characters of a value

Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One setting that changed: as written before (None: not there) and after."""

    path: str
    before: object
    after: object

    def __str__(self) -> str:
        """Say it in one line: `sampling_rate: 10% → 0.5%`."""
        if isinstance(self.before, list) and isinstance(self.after, list):
            moved = [f"+{_shown(each)}" for each in self.after if each not in self.before]
            moved += [f"-{_shown(each)}" for each in self.before if each not in self.after]
            if moved:
                return f"{self.path}: {_cut(' '.join(moved))}"
        return f"{self.path}: {_cut(_shown(self.before))} → {_cut(_shown(self.after))}"


def diff(old: ProjectSettings | None, new: ProjectSettings) -> list[Change]:
    """Every change from old settings (None: there were none) to new ones.

    Rules are told apart by their names: `rules.unsure.limits.per_hour`.
    """
    if old is None:
        given = _written(new, short=True)
        given.pop("rules", None)
        first = [Change(path, None, value) for path, value in given.items()]
        return first + list(_rules((), new.rules))
    before, after = _written(old), _written(new)
    del before["rules"], after["rules"]
    return [*_changes("", before, after), *_rules(old.rules, new.rules)]


def _rules(old: tuple[Rule, ...], new: tuple[Rule, ...]) -> Iterator[Change]:
    before, after = ({rule.name: rule for rule in rules} for rules in (old, new))
    for name in [*before, *(name for name in after if name not in before)]:
        path = f"rules.{name}"
        if name in before and name in after:
            yield from _changes(f"{path}.", _written(before[name]), _written(after[name]))
        else:
            yield Change(path, _without_name(before.get(name)), _without_name(after.get(name)))
    was = [name for name in before if name in after]
    now = [name for name in after if name in before]
    if was != now:
        yield Change("order of rules", " ".join(was), " ".join(now))


def _changes(prefix: str, before: Tree, after: Tree) -> Iterator[Change]:
    for key in [*before, *(key for key in after if key not in before)]:
        was, now = before.get(key), after.get(key)
        if was == now:
            continue
        if isinstance(was, dict) and isinstance(now, dict):
            yield from _changes(f"{prefix}{key}.", was, now)
        else:
            yield Change(f"{prefix}{key}", was, now)


def _written(value: ProjectSettings | Rule, *, short: bool = False) -> Tree:
    return value.model_dump(
        mode="json", exclude_none=True, exclude_defaults=short, context=READABLE
    )


def _without_name(rule: Rule | None) -> Tree | None:
    if rule is None:
        return None
    return {key: value for key, value in _written(rule, short=True).items() if key != "name"}


def _shown(value: object) -> str:
    """A value as in the settings' file, on one line and safe to print."""
    match value:
        case None:
            return "none"
        case bool():
            return str(value).lower()
        case dict():
            return "{" + ", ".join(f"{key}: {_shown(each)}" for key, each in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_shown, value)) + "]"
        case _:
            return "".join(each if each.isprintable() else " " for each in str(value)) or "''"


def _cut(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
