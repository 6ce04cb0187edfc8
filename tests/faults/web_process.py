"""The web server's application with failpoints: `gunicorn … tests.faults.web_process:app`.

With `each:1` in the plan it dies once at every step of writing, too.
"""

from survey_app import create_app
from tests.faults import every_step, steps

steps.prepare_web()
app = create_app()
every_step.watch()
steps.limit_pages(app)
