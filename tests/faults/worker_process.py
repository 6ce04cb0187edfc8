"""The worker as shipped, with failpoints: `python -m tests.faults.worker_process`."""

import logging

from survey_app import create_app, jobs, worker
from tests.faults import steps


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    steps.prepare_worker()
    worker.run(create_app(), jobs.JOBS, seldom=jobs.SELDOM, send=jobs.send_mail)


if __name__ == "__main__":
    main()
