"""`python -m tests.bench [NAME]`: all benchmarks, or one of them."""

import sys

from tests.bench import autosave, journey, mail

BENCHES = {"mail": mail.main, "autosave": autosave.main, "journey": journey.main}


def main() -> int:
    """Run what was asked for; exit 2 for an unknown name."""
    names = sys.argv[1:] or list(BENCHES)
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"no bench {unknown[0]}; there are: {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    return max(BENCHES[name]() for name in names)


if __name__ == "__main__":
    sys.exit(main())
