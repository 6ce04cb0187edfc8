"""A worker's sender on all its lines, as a process of its own, to be killed.

`python -m tests.faults.sending_lines`. The settings come from the environment. Sends until nothing
is left, then exits with 0.
"""

import time

from survey_app import create_app
from survey_app.mailing import claims, composing, sender
from tests.faults.sending_process import WORKER, compose


def main() -> None:
    app = create_app()
    composing.register(app, "invitation", compose)
    database = app.extensions["survey.database"]
    while True:
        handled = sender.send_due(app, WORKER)
        with database.reading() as session:
            if not handled and not claims.anything_to_do(session):
                return
        time.sleep(0.01)


if __name__ == "__main__":
    main()
