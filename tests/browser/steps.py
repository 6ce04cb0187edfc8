"""What a member does, step by step, with and without JavaScript."""

from playwright.sync_api import expect

from tests.browser.surfer import Surfer


def confirm(
    surfer: Surfer, link: str, *, button: str = "Bắt đầu làm bài", axe: bool = True
) -> None:
    """Open a personal link, say "that is me" and go on to the paper."""
    surfer.open(link, axe=axe)
    surfer.page.locator(".choice", has_text="Đúng, tôi là").click()
    surfer.press(button, axe=axe)


def go_to(surfer: Surfer, number: int) -> None:
    """Bring question `number` into view (with JavaScript one is seen at a time).

    By key: after a finger's move the page takes no taps for a moment.
    """
    if surfer.js:
        surfer.page.locator(f"#map li:nth-child({number}) button").press("Enter")
    expect(surfer.page.locator(f"#q-{number}")).to_be_visible()


def choose(surfer: Surfer, number: int, letter: str) -> None:
    """Choose a letter at question `number`, as a finger does: by its row."""
    go_to(surfer, number)
    row = surfer.page.locator(f"#q-{number} .choice").nth("ABCDEFGH".index(letter))
    row.click()
    expect(row.locator("input")).to_be_checked()


def chosen(surfer: Surfer, number: int) -> str:
    """Return the letter chosen at question `number`, or nothing."""
    picked = surfer.page.locator(f"#q-{number} input").evaluate_all(
        "inputs => inputs.findIndex(input => input.checked)"
    )
    return "ABCDEFGH"[picked] if picked >= 0 else ""


def wait_saved(surfer: Surfer) -> None:
    """Wait until nothing is waiting on the device to be sent, and the page says so."""
    surfer.page.wait_for_function(
        "() => !Object.keys(localStorage).some(key => key.startsWith('paper:'))"
    )
    expect(surfer.page.locator("#saved")).to_contain_text("Đã lưu lúc")


def choose_right(surfer: Surfer, number: int) -> None:
    """Choose the key of question `number` (choice `c…-a` of `make_document`)."""
    go_to(surfer, number)
    surfer.page.locator(f'#q-{number} .choice:has(input[value$="-a"])').click()


def review(surfer: Surfer, *, axe: bool = True) -> None:
    """Go to the review page by the button that is in sight."""
    surfer.press("Xem lại 10 câu", axe=axe)


def hand_in(surfer: Surfer, *, axe: bool = True) -> None:
    """Press the paper's own "Nộp bài", at its last question; all is answered."""
    go_to(surfer, surfer.page.locator(".question").count())
    surfer.press("Nộp bài", axe=axe, exact=True)
