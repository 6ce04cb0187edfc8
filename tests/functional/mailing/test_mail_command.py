"""`flask mail test ADDRESS` tells each step and what to do when one fails; TLS is verified."""

import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from survey_app import create_app
from survey_app.config import load_settings
from tests.smtp_sink import SmtpSink


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """No database is touched by this command."""
    return f"sqlite:///{tmp_path / 'unused.sqlite'}"


@pytest.fixture
def run(environ: dict[str, str]) -> Callable[[str], Result]:
    """Run the command on an installation as `environ` says by then."""

    def run(address: str) -> Result:
        app: Flask = create_app(load_settings(environ))
        return app.test_cli_runner().invoke(args=["mail", "test", address], env={"LC_ALL": "vi"})

    return run


def test_each_step_is_told(run: Callable[[str], Result], smtp: SmtpSink) -> None:
    result = run("an@so.example")
    assert result.exit_code == 0, result.output
    for step in ("Kết nối: 220", "Người gửi: 250", "Người nhận: 250", "Trả lời: 250", "Xong"):
        assert step in result.output
    (received,) = smtp.received
    assert received.mail["X-Survey-Message"] == "test"
    assert received.mail["Subject"] == "[70 năm Đảng bộ Khối] Thư thử từ hệ thống khảo sát"
    assert "http://127.0.0.1:8000/" in received.text
    assert 'href="http://127.0.0.1:8000/"' in received.html


def test_no_server(run: Callable[[str], Result]) -> None:
    result = run("an@so.example")
    assert result.exit_code == 1
    assert "SURVEY_MAIL_SERVER" in result.stderr


@pytest.mark.parametrize(
    ("phase", "reply", "said"),
    [
        ("mail", "553 5.7.1 no", "SURVEY_MAIL_DEFAULT_SENDER"),
        ("rcpt", "550 5.1.1 no such user", "550 5.1.1 no such user"),
        ("rcpt", "451 later", "tạm từ chối"),
        ("data", "drop", "chưa được gửi"),
        ("dot", "drop", "không rõ"),
    ],
)
def test_what_goes_wrong_is_said(
    run: Callable[[str], Result], smtp: SmtpSink, phase: str, reply: str, said: str
) -> None:
    smtp.script(phase, reply)
    result = run("an@so.example")
    assert result.exit_code == 1
    assert said in result.stderr


def test_no_address(run: Callable[[str], Result], smtp: SmtpSink) -> None:
    result = run("an@so.example\r\nRCPT TO:<x@y.example>")
    assert result.exit_code == 1
    assert smtp.commands == []


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A self-signed certificate for 127.0.0.1, with its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    path = tmp_path / "server.pem"
    subprocess.run(
        (
            *"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=sink".split(),
            *f"-addext subjectAltName=IP:127.0.0.1 -keyout {path} -out {path}".split(),
        ),
        check=True,
        capture_output=True,
    )
    return path


@pytest.fixture
def tls_sink(environ: dict[str, str], certificate: Path) -> Iterator[SmtpSink]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    environ["SURVEY_MAIL_USE_TLS"] = "1"
    sink = SmtpSink(int(environ["SURVEY_MAIL_PORT"]), tls=context).start()
    yield sink
    sink.stop()


def test_a_certificate_nobody_vouches_for_is_refused(
    run: Callable[[str], Result], tls_sink: SmtpSink
) -> None:
    result = run("an@so.example")
    assert result.exit_code == 1
    assert "chứng thư" in result.stderr
    assert tls_sink.commands == []


def test_a_certificate_for_another_name_is_refused(
    run: Callable[[str], Result],
    tls_sink: SmtpSink,
    certificate: Path,
    environ: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    environ["SURVEY_MAIL_SERVER"] = "localhost"
    assert run("an@so.example").exit_code == 1
    assert tls_sink.commands == []


def test_a_trusted_certificate_is_taken(
    run: Callable[[str], Result],
    tls_sink: SmtpSink,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    result = run("an@so.example")
    assert result.exit_code == 0, result.output
    assert "Mã hoá: 220" in result.output
    assert len(tls_sink.received) == 1
