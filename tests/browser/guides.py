"""The pictures of the one-page guides (docs/vi) and of the README, taken in the sample."""

from pathlib import Path

from playwright.sync_api import Browser, FilePayload, Page

from survey_app.demo import cast
from tests.browser import scenes, scenes_forms, staff
from tests.live import ROOT, Server, World

VI = ROOT / "docs" / "vi" / "images"
README = ROOT / "docs" / "images"
_PHONE = {"viewport": {"width": 360, "height": 700}, "device_scale_factor": 1.5}
_DESK = {"viewport": {"width": 1120, "height": 700}}


def take(browser: Browser, server: Server, world: World, inbox_url: str) -> None:
    """Take all pictures."""
    VI.mkdir(parents=True, exist_ok=True)
    phone = browser.new_context(**_PHONE, base_url=server.url, reduced_motion="reduce").new_page()
    desk = browser.new_context(**_DESK, base_url=server.url, reduced_motion="reduce").new_page()
    _member(phone, world, inbox_url)
    _organiser(desk)
    _committee(desk)
    _secretary(phone)
    _forms(phone, desk, world)


def _shoot(page: Page, *paths: Path) -> None:
    """Take what is in view, without the trial's bar."""
    page.evaluate("document.querySelector('.trial-bar')?.remove(); scrollTo(0, 0)")
    for path in paths:
        page.screenshot(path=path)


def _member(page: Page, world: World, inbox_url: str) -> None:
    page.goto(f"{inbox_url}/?kind=invitation&q=vong")
    mail = page.locator("a[href*='/mail/']").first.get_attribute("href")
    page.goto(f"{inbox_url}{mail}html")
    _shoot(page, VI / "thu-moi.png")
    page.goto("/")
    _shoot(page, README / "front.png")
    link = next(scenes.links(world, done=False))
    page.goto(link)
    page.locator(".choice").first.click()
    _shoot(page, VI / "lien-ket.png")
    scenes.confirm(page, link)
    scenes.answer(page, 1, 2, 3, 4, 5, 6)
    page.locator("#map li:nth-child(3) button").click()
    _shoot(page, VI / "cau-hoi.png", README / "paper.png")
    scenes.answer(page, *range(7, page.locator(".question").count() + 1))
    page.evaluate("document.querySelector('.trial-bar')?.remove()")
    page.locator("#finish").evaluate("button => button.scrollIntoView({ block: 'end' })")
    page.evaluate("scrollBy(0, 24)")
    page.screenshot(path=VI / "nop-bai.png")
    done = next(scenes.links(world, done=True))
    page.context.clear_cookies()
    scenes.confirm(page, done)
    _shoot(page, VI / "ket-qua.png", README / "result.png")


def _newer_roster() -> FilePayload:
    """Return the sample's roster as it might look a month later."""
    lines = staff.ROSTER.read_text(encoding="utf-8").splitlines()
    first = next(index for index, line in enumerate(lines) if line.startswith("1,"))
    newcomer = (
        "23,Lương Thị Mới,01/02/1999,Đảng viên,19/5/2024,moi.luongthi@so-mau.example,,dữ liệu mẫu"
    )
    changed = lines[first + 3].replace("@so-mau.example", ".moi@so-mau.example")
    lines[first + 3 : first + 6] = [changed, lines[first + 4], newcomer]
    return {
        "name": "dang-vien-thang-9.csv",
        "mimeType": "text/csv",
        "buffer": "\n".join(lines).encode(),
    }


def _organiser(page: Page) -> None:
    scenes.become(page, "organiser")
    _shoot(page, VI / "viec-can-lam.png")
    scenes.read_roster(page, _newer_roster())
    _shoot(page, VI / "nhap-danh-sach.png")
    scenes.read_paper(page)
    page.locator("#read-3").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('.trial-bar')?.remove()")
    page.screenshot(path=VI / "doc-de.png")
    page.set_viewport_size({"width": 1120, "height": 1000})
    page.goto("/organiser/rounds/new")
    _shoot(page, VI / "vong-moi.png")
    draft = scenes.copy_round(page)
    page.goto(f"{draft}/launch")
    _shoot(page, VI / "phat-dong.png")
    page.goto(f"{scenes.ROUND}/mail")
    page.locator("main table").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('.trial-bar')?.remove()")
    page.screenshot(path=VI / "so-thu.png")


def _committee(page: Page) -> None:
    scenes.become(page, "committee")
    board = f"/committee/rounds/{cast.SECOND.slug}"
    page.set_viewport_size({"width": 1120, "height": 1000})
    for name, path in {
        "cap-uy-trang-dau": "/committee/",
        "cap-uy-chi-bo": "/committee/cells",
        "cap-uy-tien-do": "/committee/timeline",
    }.items():
        page.goto(path)
        _shoot(page, VI / f"{name}.png")
    page.goto(board)
    _shoot(page, VI / "bang.png", README / "board.png")
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{board}/projection")
    _shoot(page, VI / "trinh-chieu.png")
    page.goto(f"{board}/print")
    _shoot(page, VI / "ban-in.png")


def _secretary(page: Page) -> None:
    scenes.become(page, "secretary")
    _shoot(page, VI / "bi-thu-viec.png")
    scenes.open_session(page)
    page.evaluate("document.querySelector('.trial-bar')?.remove()")
    page.locator(".roll").first.evaluate("roll => roll.scrollIntoView({ block: 'start' })")
    page.screenshot(path=VI / "bi-thu-diem-danh.png")
    scenes.open_report(page)
    _shoot(page, VI / "bi-thu-bao-cao.png")
    page.context.clear_cookies()


def _forms(phone: Page, desk: Page, world: World) -> None:
    phone.context.clear_cookies()
    phone.goto(scenes_forms.link_to_try(world))
    _shoot(phone, VI / "phieu-lien-ket.png")
    scenes_forms.begin_one_not_sent(phone, world)
    scenes_forms.answer(phone)
    phone.evaluate("document.querySelector('.trial-bar')?.remove()")
    phone.locator("#q-2").evaluate("question => question.scrollIntoView({ block: 'start' })")
    phone.screenshot(path=VI / "phieu-cau-hoi.png")
    without_script = phone.context.browser.new_context(
        **_PHONE, base_url=phone.url.partition("/respond")[0], java_script_enabled=False
    ).new_page()
    scenes_forms.begin_one_not_sent(without_script, world)
    without_script.locator("#q-7").scroll_into_view_if_needed()
    without_script.screenshot(path=VI / "phieu-khong-script.png")
    scenes_forms.send(phone)
    _shoot(phone, VI / "phieu-cam-on.png")
    desk.set_viewport_size({"width": 1120, "height": 1000})
    scenes.become(desk, "organiser")
    desk.goto(f"{scenes_forms.draft_of(desk, world)}/launch")
    desk.set_viewport_size({"width": 1120, "height": 1240})  # down to the cells that stand together
    _shoot(desk, VI / "phieu-nhom.png")
    desk.set_viewport_size({"width": 1120, "height": 1000})
    desk.goto(f"/organiser/rounds/{scenes_forms.COUNTED}/results/texts?item=lam-tot-hon&show=new")
    desk.evaluate("document.querySelector('.trial-bar')?.remove()")
    named = desk.locator("main mark", has_text="Nguyễn Ngọc Linh")
    named.evaluate("mark => mark.scrollIntoView({ block: 'center' })")
    desk.screenshot(path=VI / "phieu-doc-duyet.png")
    desk.goto(f"/organiser/rounds/{scenes_forms.OPEN}/paper/print")
    _shoot(desk, VI / "phieu-giay.png")
    scenes.become(desk, "committee")
    desk.goto(f"/committee/rounds/{scenes_forms.COUNTED}/results")
    _shoot(desk, VI / "phieu-ket-qua.png")
