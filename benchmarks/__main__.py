"""Run the benchmarks and print them as one table: `python -m benchmarks [name …]`."""

import sys

from benchmarks import (
    assigning,
    caps,
    client,
    deciding,
    growth,
    images,
    into_label_studio,
    pages,
    receiving,
    stores,
    traffic,
    training_set,
)
from benchmarks.table import show

BENCHMARKS = {
    "deciding": deciding.rows,
    "caps": caps.rows,
    "receiving": receiving.rows,
    "traffic": traffic.rows,
    "client": client.rows,
    "stores": stores.rows,
    "images": images.rows,
    "into-label-studio": into_label_studio.rows,
    "assigning": assigning.rows,
    "growth": growth.rows,
    "training-set": training_set.rows,
    "pages": pages.rows,
}


def main(names: list[str]) -> None:
    """Run the named benchmarks, all when none is named."""
    unknown = set(names) - BENCHMARKS.keys()
    if unknown:
        sys.exit(f"no benchmark {', '.join(sorted(unknown))}; there are: {', '.join(BENCHMARKS)}")
    print(show([row for name in names or BENCHMARKS for row in BENCHMARKS[name]()]))


if __name__ == "__main__":
    main(sys.argv[1:])
