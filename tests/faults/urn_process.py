"""Tends the urns, alone of all that a worker does: `python -m tests.faults.urn_process STATE`.

Without the worker's lock, so that two may do it at once. Exits with 0 when all urns are at STATE;
with 1 when one is in trouble, which nothing here is to bring about.
"""

import logging
import sys
import time

from sqlalchemy import select

from survey_app import clock, create_app, jobs
from survey_app.feedback.models import Urn
from tests.faults import every_step, steps


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    steps.prepare_clock()
    app = create_app()
    database = app.extensions["survey.database"]
    every_step.watch()
    while True:
        with app.app_context():
            jobs.tend_urns(app, clock.now())
        with database.reading() as session:
            states = set(session.scalars(select(Urn.state)))
            problems = session.scalars(select(Urn.problem).where(Urn.problem.is_not(None))).all()
        if states == {sys.argv[1]}:
            return
        if problems:
            sys.exit(f"an urn is in trouble: {problems}")
        time.sleep(0.05)


if __name__ == "__main__":
    main()
