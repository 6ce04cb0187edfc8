"""The settings of an installation as it is in production, made for tests."""

from pathlib import Path


def environ_of(instance: Path, database_url: str, mail_port: int) -> dict[str, str]:
    """Return the environment of an installation whose mail goes to `mail_port` on this machine."""
    return {
        "SURVEY_ENV": "production",
        "SURVEY_INSTANCE_PATH": str(instance),
        "SURVEY_DATABASE_URL": database_url,
        "SURVEY_BASE_URL": "http://127.0.0.1:8000",
        "SURVEY_SECRET_KEY": "test-secret-key-of-more-than-32-characters",
        "SURVEY_LINK_KEY": "test-link-key-of-more-than-32-characters!",
        "SURVEY_MAIL_DEFAULT_SENDER": "Đảng ủy Sở (mẫu) <khao-sat@so-mau.example>",
        "SURVEY_MAIL_RATE_PER_MINUTE": "0",
        "SURVEY_MAIL_SERVER": "127.0.0.1",
        "SURVEY_MAIL_PORT": str(mail_port),
    }
