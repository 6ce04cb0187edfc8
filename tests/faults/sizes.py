"""How much the fault runs do: a small part in `make test`, as much as wanted in `make faults`.

`FAULT_RUNS` (`make faults N=`) is the number of runs, `FAULT_SEED` (`SEED=`) the first seed. What
only `make faults` does is not collected otherwise.
"""

import os
from typing import Any

RUNS = int(os.environ.get("FAULT_RUNS") or 0)
SEED = int(os.environ.get("FAULT_SEED") or 1)
SEEDS = range(SEED, SEED + max(1, RUNS))


def and_more(always: list[Any], in_make_faults: list[Any]) -> list[Any]:
    """Return the cases of this run."""
    return [*always, *in_make_faults] if RUNS else always
