"""A Redis of a run's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from plugin.demo import programs
from plugin.demo.processes import Processes, free_port


@contextmanager
def redis_alone() -> Iterator[str]:
    """A Redis and nothing else; its address."""
    with TemporaryDirectory() as folder, Processes(Path(folder)) as processes:
        port = free_port(0)
        processes.start(programs.redis(processes.data, port))
        yield f"redis://127.0.0.1:{port}/0"
