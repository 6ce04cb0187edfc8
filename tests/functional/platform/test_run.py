"""`make run` as a newcomer meets it: one command, links that open, mail arrives, a clean end."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from survey_app import runner
from survey_app.config import load_settings
from tests.functional.platform.test_supervisor import state

ROOT = Path(__file__).resolve().parents[3]
INBOX = "Hộp thư · Inbox"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def start(instance, *arguments, **extra):
    environ = {"PATH": os.environ["PATH"], "SURVEY_INSTANCE_PATH": str(instance), **extra}
    return subprocess.Popen(
        [sys.executable, "-m", "survey_app.runner", *arguments],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def printed_links(process):
    """Read what is printed until the last line; return label -> address, and all as "seen"."""
    links, seen = {}, []
    for line in process.stdout:
        seen.append(line)
        found = re.match(r"  (.+?)\s+(http://\S+)$", line)
        if found:
            links[found[1]] = found[2]
        if "From trial to real" in line:
            links["seen"] = "".join(seen)
            return links
    raise AssertionError("".join(seen))


@contextmanager
def running(instance, *arguments):
    process = start(instance, *arguments)
    try:
        yield process, printed_links(process)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=40)[0]
        assert process.returncode == 0, rest
        assert "Stopped" in rest


def get(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.status, answer.read().decode()


def children_of(pid):
    """Return name -> process id of the programs started by the runner."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
            words = (path.parent / "cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            name = {"gunicorn": "web", "worker": "worker"}
            key = next((name[word] for word in words if word in name), "inbox")
            found[key] = int(path.parent.name)
    return found


def until(condition, seconds=40):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def answers(url):
    try:
        return get(url)[0] == 200
    except (urllib.error.URLError, OSError):
        return False


def mails_in(instance):
    """Return the Message-ID of every mail that arrived."""
    texts = (path.read_text() for path in sorted((instance / "inbox").glob("*.eml")))
    return [re.search(r"^Message-ID: (\S+)", text, re.M | re.I)[1] for text in texts]


def opened(links):
    """Return the paths of what was printed, by their label's English."""
    return {label.partition(" · ")[2]: path(url) for label, url in links.items() if label != "seen"}


def test_a_newcomers_first_and_second_start(tmp_path):
    instance = tmp_path / "instance"
    with running(instance) as (process, links):
        assert list(opened(links)) == [
            "Start here", "Member, not started", "Member, half-way", "Member, finished",
            "Feedback form", "Organiser", "Committee", "Cell secretary", "Administrator", "Inbox",
        ]  # fmt: skip
        assert "clock 09:00 Wednesday 18 September 2024" in links["seen"]
        assert re.search(r"Ready in \d+ s", links["seen"])
        for label, url in links.items():
            assert label == "seen" or get(url)[0] == 200, label
        arrived = mails_in(instance)
        assert len(arrived) > 500
        assert links[INBOX] in get(links["Bắt đầu ở đây · Start here"])[1]
        programs = children_of(process.pid)
        assert set(programs) == {"web", "worker", "inbox"}
        assert_a_second_one_is_refused(instance)
        kill_each_and_see_it_come_back(process, programs, links)
    assert all(state(pid) == "Z" for pid in programs.values())
    with running(instance) as (_process, again):
        assert "Building" not in again["seen"]
        assert opened(again) == opened(links), "the same campaign goes on"
        assert mails_in(instance) == arrived, "nobody is mailed twice"
        assert re.search("clock 09:0\\d Wednesday 18", again["seen"]), "time stood still meanwhile"
    with running(instance, "--reset") as (_process, fresh):
        members = {label: path for label, path in opened(fresh).items() if "Member" in label}
        assert set(members.values()).isdisjoint(opened(links).values())


def test_a_build_that_was_broken_off_is_begun_anew(tmp_path):
    instance = tmp_path / "instance"
    broken = start(instance)
    until(lambda: len(list(instance.glob("inbox/*.eml"))) > 20)
    broken.kill()
    broken.communicate(timeout=40)
    with running(instance) as (_process, links):
        assert "Starting over" in links["seen"]
        arrived = mails_in(instance)
        assert len(arrived) > 500 and len(arrived) == len(set(arrived))


def assert_a_second_one_is_refused(instance):
    second = start(instance)
    output = second.communicate(timeout=40)[0]
    assert second.returncode == 1
    assert "already running" in output


def path(url):
    return url.split("/", 3)[3]


def kill_each_and_see_it_come_back(process, programs, links):
    for name, pid in programs.items():
        os.kill(pid, signal.SIGKILL)
        until(lambda name=name, pid=pid: children_of(process.pid).get(name, pid) != pid)
    until(lambda: answers(links["Bắt đầu ở đây · Start here"]) and answers(links[INBOX]))


def test_ctrl_c_while_the_sample_is_built_is_heard(tmp_path):
    instance = tmp_path / "instance"
    process = start(instance)
    until(lambda: len(list(instance.glob("inbox/*.eml"))) > 20)
    process.send_signal(signal.SIGINT)
    assert "Stopped" in process.communicate(timeout=20)[0]
    assert process.returncode == 0


def test_a_chosen_port_is_kept_from_others(monkeypatch):
    first, second = runner.Ports(), runner.Ports()
    chosen = [first.web, first.inbox, first.smtp, second.web, second.inbox, second.smtp]
    assert len(set(chosen)) == 6
    for ports in (first, second):
        ports.release()


def test_settings_for_real_use_are_refused_and_nothing_is_touched(tmp_path):
    secret = "x" * 40
    (tmp_path / "survey.env").write_text(
        "SURVEY_BASE_URL=https://khao-sat.example\n"
        f"SURVEY_SECRET_KEY={secret}\nSURVEY_LINK_KEY={secret}\n"
        "SURVEY_MAIL_DEFAULT_SENDER=a@so-mau.example\n"
    )
    process = start(tmp_path)
    output = process.communicate(timeout=40)[0]
    assert process.returncode == 1
    assert "real use" in output
    assert [found.name for found in tmp_path.iterdir()] == ["survey.env"]


def test_a_misspelt_setting_is_named(tmp_path):
    process = start(tmp_path, SURVEY_TIMEZONES="x")
    output = process.communicate(timeout=40)[0]
    assert process.returncode == 1
    assert "SURVEY_TIMEZONES" in output
    assert "Traceback" not in output


def test_reset_removes_the_sample_only_and_keeps_what_is_ones_own(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("SURVEY_INSTANCE_PATH", str(tmp_path))
    settings = load_settings(runner._environment(runner.Ports()))
    for name in ("survey.sqlite", "survey.sqlite-wal", "clock.json", "survey.env"):
        (tmp_path / name).touch()
    (tmp_path / "inbox").mkdir()
    with pytest.raises(runner.CannotStart, match="removes nothing"):
        runner._reset(settings, real=True)
    with pytest.raises(runner.CannotStart, match="only the SQLite database"):
        runner._reset(replace(settings, database_url="postgresql://127.0.0.1/x"), real=False)
    assert (tmp_path / "survey.sqlite").exists()
    runner._reset(settings, real=False)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"survey.env", "development-link-key", "development-secret-key"}
    assert "Starting over" in capsys.readouterr().out


def test_the_next_free_port_is_taken(monkeypatch):
    with socket.socket() as other:
        other.bind((runner.LOOPBACK, 0))
        other.listen()
        taken = other.getsockname()[1]
        monkeypatch.setattr(runner, "WEB_PORT", taken)
        assert taken < runner.Ports().web <= taken + 200


def test_mail_goes_to_the_local_inbox_whatever_is_configured(monkeypatch):
    monkeypatch.setenv("SURVEY_MAIL_SERVER", "mail.so-mau.example")
    monkeypatch.setenv("SURVEY_MAIL_USE_TLS", "1")
    monkeypatch.setenv("SURVEY_MAIL_PASSWORD", "secret")
    settings = load_settings(runner._environment(runner.Ports()))
    assert settings.mail.server == runner.LOOPBACK
    assert settings.development
    assert (settings.mail.use_tls, settings.mail.password) == (False, None)
