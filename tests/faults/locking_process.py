"""Holds the SQLite file: `python -m tests.faults.locking_process PATH SECONDS`.

Prints a line when it has it. Another program with the same library, as a backup would be.
"""

import sys
import time

from pysqlite3 import dbapi2


def main() -> None:
    path, seconds = sys.argv[1], float(sys.argv[2])
    connection = dbapi2.connect(path, timeout=20, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    print("held", flush=True)
    time.sleep(seconds)
    connection.execute("ROLLBACK")


if __name__ == "__main__":
    main()
