"""`make screens`: pictures of the main pages and mails in ./screens, so that anyone can look at the
whole product in a minute, and those of the guides in docs/. ONLY=board keeps those whose name
contains it; LOCALE=en takes them in English.

Each is taken on a phone (360) and on a desk (1280), light and dark: `<name>-360-dark.png`.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from survey_app import demo, migrations
from survey_app.database import Database
from survey_app.demo import inbox
from survey_app.demo.cast import REFUSED_DOMAIN
from survey_app.mailing.catcher import Catcher
from tests.browser import guides, scenes, scenes_forms
from tests.browser.camera import FOLDER, ONLY, Camera
from tests.browser.conftest import ARGUMENTS, chromium_path
from tests.live import Server, World, free_port


@contextmanager
def installation() -> Iterator[tuple[Server, World, str]]:
    """Run the trial in a temporary folder, without a worker; yields the inbox's address too."""
    folder = Path(tempfile.mkdtemp(prefix="screens-")) / "instance"  # keys of urns stand beside it
    folder.mkdir()
    smtp_port, inbox_port = free_port(), free_port()
    environ = {
        "SURVEY_ENV": "development",
        "SURVEY_INSTANCE_PATH": str(folder),
        "SURVEY_MAIL_SERVER": "127.0.0.1",
        "SURVEY_MAIL_PORT": str(smtp_port),
    }
    catcher = Catcher(
        smtp_port=smtp_port,
        web_port=inbox_port,
        folder=folder / "inbox",
        refuse_domains=(REFUSED_DOMAIN,),
    )
    catcher.open()
    database = Database(f"sqlite:///{folder / 'survey.sqlite'}")
    migrations.upgrade(database)
    database.dispose()
    server = Server(environ, free_port(), folder / "web.log")
    world = World({**environ, "SURVEY_BASE_URL": server.url})
    inbox_url = f"http://127.0.0.1:{inbox_port}"
    try:
        demo.load(world.app)
        inbox.write_url(folder, f"{inbox_url}/")
        server.start()
        yield server, world, inbox_url
    finally:
        world.close()
        server.stop()
        catcher.close()
        shutil.rmtree(folder.parent, ignore_errors=True)


def main() -> int:
    """Take all pictures and say where they are."""
    if not ONLY:
        shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(exist_ok=True)
    with installation() as (server, world, inbox_url), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        if not ONLY:
            guides.take(browser, server, world, inbox_url)
        camera = Camera(browser, server)
        scenes.public(camera)
        scenes.member(camera, world)
        scenes.organiser(camera, world)
        scenes.drafts(camera)
        scenes.committee(camera)
        scenes_forms.member(camera, world)
        scenes_forms.organiser(camera, world)
        scenes_forms.committee(camera)
        scenes.mails(camera, world, inbox_url)
        scenes.after_closing(camera, world)
        browser.close()
    print(f"{camera.taken} ảnh / pictures: {FOLDER.name}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
