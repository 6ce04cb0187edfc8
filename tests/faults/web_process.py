"""The web server's application with failpoints: `gunicorn … tests.faults.web_process:app`."""

from survey_app import create_app
from tests.faults import steps

steps.prepare_web()
app = create_app()
steps.limit_pages(app)
