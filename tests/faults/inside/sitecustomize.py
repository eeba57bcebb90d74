"""Python reads this where a process of the fault tests begins: it can be stopped at named steps.

Nothing of it is in the product. The folder LSAL_FAULTS holds what is asked for at the moment:

    stop            "<step> <number>": the process that comes there as that many-th kills itself
    clock           seconds to add to the time
"""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import wraps
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

STEPS = {
    "spool write": ("plugin.stores.frames.spool", "Spool.add_all"),
    "enqueue": ("plugin.queues", "WorkQueue.wake"),
    "answer": ("plugin.services.intake.keeping", "Keeper.keep"),
    "media": ("plugin.labelstudio.gateway", "LabelStudioGateway.upload"),
    "import call": ("plugin.labelstudio.gateway", "LabelStudioGateway.import_tasks"),
    "mark done": ("plugin.stores.frames.spool", "Spool.mark_all_imported"),
}


class _Finder(MetaPathFinder):
    """Lets modules be found as ever, and changes some of them once they are there."""

    def __init__(self, changes: dict[str, list[Callable[[ModuleType], None]]]) -> None:
        self._changes = changes

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        changes = self._changes.pop(fullname, None)
        spec = find_spec(fullname) if changes else None
        if changes is None or spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            for change in changes:
                change(module)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def _install(folder: Path) -> None:
    changes: dict[str, list[Callable[[ModuleType], None]]] = {}
    changes["plugin.clock"] = [lambda module: _shift(module, folder / "clock")]
    for step, (module, name) in STEPS.items():
        changes.setdefault(module, []).append(_stopping(step, name, folder / "stop"))
    sys.meta_path.insert(0, _Finder(changes))


def _shift(module: ModuleType, file: Path) -> None:
    utc_now = module.utc_now

    def shifted() -> Any:
        return utc_now() + timedelta(seconds=float(file.read_text()) if file.exists() else 0)

    module.utc_now = shifted  # type: ignore[attr-defined]


def _stopping(step: str, name: str, file: Path) -> Callable[[ModuleType], None]:
    def change(module: ModuleType) -> None:
        owner_name, _, method_name = name.partition(".")
        owner = getattr(module, owner_name)
        method = getattr(owner, method_name)
        before, after = count(1), count(1)

        @wraps(method)
        def stopping(*arguments: Any, **named: Any) -> Any:
            _stop_at(f"before {step}", file, before)
            answer = method(*arguments, **named)
            _stop_at(f"after {step}", file, after)
            return answer

        setattr(owner, method_name, stopping)

    return change


def _stop_at(here: str, file: Path, times: "count[int]") -> None:
    if not file.exists():
        return
    asked = file.read_text().rpartition(" ")
    if asked[0] == here and next(times) >= int(asked[2]):
        file.rename(file.with_name("stopped"))  # so that one process alone does it, once
        os.kill(os.getpid(), signal.SIGKILL)


if "LSAL_FAULTS" in os.environ:
    _install(Path(os.environ["LSAL_FAULTS"]))
