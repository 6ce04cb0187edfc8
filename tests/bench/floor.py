"""The floor: bare Flask and raw SQL doing the same five requests, as thin as anyone would write it.

It has a token in the link, a session cookie, one JSON attempt row, a score, a result; it has no
outbox, no tally, no languages, no autosave, no review, no headers. The database is SQLite with the
same durability as the product's (WAL, synchronous=FULL).
"""

import hashlib
import json
import os
import random
import secrets
import threading
from typing import Any

from flask import Flask, redirect, request, session
from pysqlite3 import dbapi2

app = Flask(__name__)
app.secret_key = "floor"
_local = threading.local()

LINK = """<!doctype html><title>Mời</title><h1>{{ title }}</h1><p>{{ name }}</p>
<form method=post><label><input type=radio name=who value=me> Đúng, tôi là {{ name }}</label>
<button>Bắt đầu</button></form>"""
PAGE = """<!doctype html><html lang=vi><head><meta charset=utf-8><title>Làm bài</title></head>
<body><form method=post>{% for q in questions %}
<fieldset><legend>{{ loop.index }}. {{ q.text }}</legend>
{% for c in q.choices %}<label class=choice>
<input type=radio name="q_{{ q.id }}" value="{{ c.id }}">
<span class=text>{{ c.text }}</span></label>{% endfor %}</fieldset>{% endfor %}
<button>Nộp</button></form></body></html>"""
RESULT = """<!doctype html><title>Kết quả</title><h1>{{ right }}/{{ total }}</h1>
{% for line in lines %}<p>{{ line }}</p>{% endfor %}"""


_LINK, _PAGE, _RESULT = (app.jinja_env.from_string(text) for text in (LINK, PAGE, RESULT))


def database() -> Any:
    if not hasattr(_local, "connection"):
        _local.connection = dbapi2.connect(os.environ["FLOOR_DB"], isolation_level=None, timeout=15)
        _local.connection.execute("PRAGMA journal_mode=WAL")
        _local.connection.execute("PRAGMA synchronous=FULL")
    return _local.connection


def quiz() -> list[dict[str, Any]]:
    (document,) = database().execute("SELECT document FROM quiz").fetchone()
    questions: list[dict[str, Any]] = json.loads(document)
    return questions


def invitation(token: str) -> Any:
    hashed = hashlib.sha256(token.encode()).hexdigest()
    return database().execute("SELECT id, name FROM invitation WHERE token=?", (hashed,)).fetchone()


@app.get("/i/<token>")
def link(token: str) -> str:
    _id, name = invitation(token)
    return _LINK.render(title="Vòng 1", name=name)


@app.post("/i/<token>")
def begin(token: str) -> Any:
    invitation_id, _name = invitation(token)
    order = list(range(20))
    random.shuffle(order)
    public_id = secrets.token_urlsafe(16)
    db = database()
    db.execute("BEGIN IMMEDIATE")
    db.execute(
        "INSERT INTO attempt(public_id, invitation_id, paper) VALUES (?,?,?)",
        (public_id, invitation_id, json.dumps(order)),
    )
    db.execute("COMMIT")
    session["who"] = invitation_id
    return redirect(f"/respond/{public_id}", 303)


def attempt(public_id: str) -> Any:
    row = database().execute(
        "SELECT a.id, a.paper, a.answers, a.score, i.name FROM attempt a JOIN invitation i"
        " ON i.id = a.invitation_id WHERE a.public_id=? AND i.id=?",
        (public_id, session.get("who")),
    )
    return row.fetchone()


@app.get("/respond/<public_id>")
def page(public_id: str) -> str:
    paper = json.loads(attempt(public_id)[1])
    questions = quiz()
    return _PAGE.render(questions=[questions[index] for index in paper])


@app.post("/respond/<public_id>")
def submit(public_id: str) -> Any:
    row = attempt(public_id)
    answers = {name[2:]: request.form[name] for name in request.form if name.startswith("q_")}
    right = sum(1 for question in quiz() if answers.get(question["id"]) == question["key"][0])
    db = database()
    db.execute("BEGIN IMMEDIATE")
    db.execute(
        "UPDATE attempt SET answers=?, score=? WHERE id=? AND score IS NULL",
        (json.dumps(answers), right, row[0]),
    )
    db.execute("COMMIT")
    return redirect(f"/respond/{public_id}/result", 303)


@app.get("/respond/<public_id>/result")
def result(public_id: str) -> str:
    row = attempt(public_id)
    answers = json.loads(row[2])
    lines = [f"{q['text']}: {answers.get(q['id'], '-')}" for q in quiz()]
    return _RESULT.render(right=row[3], total=20, lines=lines)


def prepare(path: str, people: int, document: list[dict[str, Any]]) -> list[str]:
    """Make the floor's database; return the paths of the links."""
    db = dbapi2.connect(path, isolation_level=None)
    db.executescript(
        "PRAGMA journal_mode=WAL; CREATE TABLE quiz(document TEXT);"
        "CREATE TABLE invitation(id INTEGER PRIMARY KEY, token TEXT UNIQUE, name TEXT);"
        "CREATE TABLE attempt(id INTEGER PRIMARY KEY, public_id TEXT UNIQUE,"
        " invitation_id INTEGER REFERENCES invitation(id), paper TEXT, answers TEXT,"
        " score INTEGER);"
    )
    db.execute("INSERT INTO quiz VALUES (?)", (json.dumps(document),))
    tokens = [secrets.token_urlsafe(32) for _number in range(people)]
    db.execute("BEGIN")
    db.executemany(
        "INSERT INTO invitation(token, name) VALUES (?,?)",
        [
            (hashlib.sha256(token.encode()).hexdigest(), f"Nguyễn Văn {number}")
            for number, token in enumerate(tokens)
        ],
    )
    db.execute("COMMIT")
    db.close()
    return [f"/i/{token}" for token in tokens]
