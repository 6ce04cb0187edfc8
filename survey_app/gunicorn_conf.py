"""How gunicorn serves the product, here and in production:

    gunicorn --config python:survey_app.gunicorn_conf survey_app.wsgi:app

On SQLite one process with threads, so that writers queue in order; on PostgreSQL as many processes
as wanted (`--workers N`). No access log: personal links are in the paths.
"""

from pathlib import Path

bind = "127.0.0.1:8000"
worker_class = "gthread"
threads = 8
timeout = 60
graceful_timeout = 20
keepalive = 5
accesslog = None
# The control socket lies in HOME, which may be read-only, and is shared between installations.
control_socket_disable = True
# Heartbeats in memory: on a slow disk a busy worker would look dead.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
