"""`python -m tests.bench [NAME]`: all benchmarks but the soak, or one of them.

The soak takes minutes: it runs when asked for by name, or when BENCH_SOAK_SECONDS says how long.
"""

import os
import sys

from tests.bench import autosave, board, form, journey, mail, soak, stored

BENCHES = {
    "mail": mail.main,
    "autosave": autosave.main,
    "board": board.main,
    "journey": journey.main,
    "form": form.main,
    "stored": stored.main,
    "soak": soak.main,
}


def main() -> int:
    """Run what was asked for; exit 1 when a promise is broken, 2 for an unknown name."""
    usual = [name for name in BENCHES if name != "soak" or "BENCH_SOAK_SECONDS" in os.environ]
    names = sys.argv[1:] or usual
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"no bench {unknown[0]}; there are: {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    return max([BENCHES[name]() for name in names])


if __name__ == "__main__":
    sys.exit(main())
