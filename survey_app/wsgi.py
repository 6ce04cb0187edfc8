"""What the web server loads: `gunicorn survey_app.wsgi:app`."""

from survey_app import create_app

app = create_app()
