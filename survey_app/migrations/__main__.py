"""Do the migrations lead to the models? `python -m survey_app.migrations`: exit 1 when not."""

import sys
import tempfile
from pathlib import Path

from survey_app import migrations
from survey_app.database import Database


def main() -> int:
    """Migrate an empty SQLite file and print what the models have that it has not."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'check.sqlite'}")
        migrations.upgrade(database)
        found = migrations.differences(database)
        database.dispose()
    for difference in found:
        print(difference, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
