"""`flask backup FILE`, `flask verify FILE`, `flask restore FILE`."""

import os
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from survey_app import backups
from survey_app.accounts.scope import CLI
from survey_app.backups.manifest import Manifest
from survey_app.backups.restoring import Restored
from survey_app.config import Settings, instance_folder
from survey_app.database import current_database
from survey_app.extensions import current_settings
from survey_app.formatting import moment, number
from survey_app.i18n import _, _n
from survey_app.terminal import help_text, refuse


def _file(name: str) -> Path:
    if name == "-":
        refuse(_("Xin nêu tên tệp; bản sao lưu không đi qua đường ống."))
    return Path(name)


@click.command("backup", help=help_text("Sao lưu cả hệ thống vào FILE, trừ khóa phiếu kín."))
@click.argument("file")
@with_appcontext
def backup(file: str) -> None:
    """Write a backup; one that exists is never overwritten."""
    path = _file(file)
    click.echo(_("Đang sao lưu …"))
    made = backups.make(current_database(), current_settings(), path, CLI)
    size = number(path.stat().st_size / 1024**2, 1)
    click.echo(_("Đã sao lưu vào %(file)s (%(size)s MB).", file=path, size=size))
    _tell_content(made.manifest)
    if made.not_noted:
        click.echo(
            _(
                "Bản sao lưu nguyên vẹn, nhưng không ghi được vào nhật ký là đã sao lưu (%(why)s): "
                "cơ sở dữ liệu không nhận ghi. Xin xem máy còn chỗ không.",
                why=made.not_noted,
            ),
            err=True,
        )
    click.echo(
        _(
            "Trong tệp có dữ liệu cá nhân và các khóa bí mật: ai có tệp này thì mở được mọi liên "
            "kết cá nhân. Chỉ chủ tệp đọc được; xin giữ ở nơi kín, ngoài máy này."
        )
    )
    click.echo(
        _(
            "Khóa phiếu kín không nằm trong bản sao lưu. Xin kiểm tra: %(command)s",
            command=f".venv/bin/flask --app survey_app verify {path}",
        )
    )


@click.command("verify", help=help_text("Kiểm tra FILE bằng cách khôi phục thử; không đổi gì."))
@click.argument("file")
def verify(file: str) -> None:
    """Check a backup by restoring it into a throw-away database."""
    manifest = backups.verify(_file(file))
    click.echo(_("Bản sao lưu nguyên vẹn, đã khôi phục thử được."))
    _tell_content(manifest)


@click.command("restore", help=help_text("Khôi phục FILE vào một hệ thống còn trống."))
@click.argument("file")
@click.option(
    "--send-waiting",
    is_flag=True,
    help=help_text("Vẫn gửi thư đang chờ: chỉ khi chắc chắn từ lúc sao lưu chưa gửi thư nào."),
)
@click.option(
    "--other-keys",
    is_flag=True,
    help=help_text("Giữ khóa khác ở đây: liên kết cá nhân đã gửi sẽ không mở được nữa."),
)
@with_appcontext
def restore(file: str, send_waiting: bool, other_keys: bool) -> None:
    """Put a backup into an empty installation."""
    path = _file(file)
    click.echo(_("Đang khôi phục …"))
    done = backups.restore(
        path, _settings(), os.environ, send_waiting=send_waiting, other_keys=other_keys
    )
    click.echo(
        _(
            "Đã khôi phục vào %(folder)s (%(database)s).",
            folder=done.settings.instance_path,
            database="SQLite" if done.settings.database_url.startswith("sqlite") else "PostgreSQL",
        )
    )
    _tell_content(done.manifest)
    _tell_next(done, send_waiting=send_waiting)


def _settings() -> Settings | None:
    """Return the settings in force, `None` where nothing is set up yet.

    A `survey.env` that is there but wrong is not passed over: the application said so already.
    """
    found: Settings | None = current_app.extensions.get("survey.settings")
    if found is None and (instance_folder(os.environ) / "survey.env").exists():
        refuse(
            _(
                "%(error)s Xin sửa survey.env, hoặc dời nó đi: bản sao lưu có cài đặt của nó.",
                error=current_app.extensions["survey.settings_error"],
            )
        )
    return found


def _tell_content(manifest: Manifest) -> None:
    people, attempts = manifest.rows_of("person"), manifest.rows_of("attempt")
    click.echo(
        _(
            "  lúc %(moment)s · %(people)s · %(attempts)s · %(rows)s dòng trong %(tables)s bảng",
            moment=moment(manifest.made_at),
            people=_n("%(n)s người", people),
            attempts=_n("%(n)s lượt làm bài", attempts),
            rows=number(manifest.rows),
            tables=number(len(manifest.tables)),
        )
    )


def _tell_next(done: Restored, *, send_waiting: bool) -> None:
    if done.wrote_settings:
        click.echo(_("Cài đặt và khóa: đã ghi vào survey.env, chỉ chủ tệp đọc được."))
    else:
        click.echo(_("Cài đặt: giữ survey.env đang có, không ghi đè."))
    if done.mails_held:
        click.echo(
            _n(
                "%(n)s thư có thể đã gửi sau lúc sao lưu: không tự gửi lại, ghi là “Không rõ”; "
                "người tổ chức xem ở trang Thư của từng vòng và quyết định.",
                done.mails_held,
            )
        )
    for title in done.urns_lost:
        click.echo(
            _(
                "Hòm phiếu của “%(title)s” đã mất: khóa không có trong %(folder)s, nên phiếu đã "
                "gửi không mở được và đã xóa. Nếu còn thư mục khóa: xin chép vào đó trước, rồi "
                "khôi phục lại vào một cơ sở dữ liệu trống.",
                title=title,
                folder=done.settings.keys_path,
            ),
            err=True,
        )
    if send_waiting:
        click.echo(_("Thư đang chờ sẽ được gửi khi worker chạy."))
    click.echo(_("Mọi phiên đăng nhập đã kết thúc; liên kết cá nhân của người dự thi vẫn mở được."))
    click.echo(
        _(
            "Tiếp theo: chạy web và worker, rồi lấy liên kết đăng nhập mới: %(command)s",
            command=".venv/bin/flask --app survey_app users link EMAIL",
        )
    )
