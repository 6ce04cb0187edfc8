"""What organisers and reviewers do, step by step; and an installation for them to do it in."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts import links
from survey_app.accounts.models import User
from survey_app.accounts.scope import CLI
from survey_app.campaigns import campaign_services
from survey_app.campaigns import services as rounds
from survey_app.campaigns.models import Campaign, Round
from survey_app.formatting import local
from survey_app.questions import services as questions
from survey_app.questions.models import QuestionSet
from tests.browser.surfer import Surfer
from tests.factories import make_user
from tests.factories_rounds import make_version
from tests.functional.participation.boards import round_of
from tests.live import ROOT, World

__all__ = ["CLI", "questions", "rounds"]
EVERYTHING = ("organiser", "question_approver", "committee_reviewer", "administrator")
ROSTER = ROOT / "survey_app" / "people" / "sample" / "dang-vien.csv"
CAMPAIGN = ROOT / "quizzes" / "campaigns" / "ke-hoach-422.yaml"
CONTACT = {"contact_name": "Nguyễn Văn Mẫu", "contact_phone": "0900 000 000"}
PAPER = """Câu 1: Đảng bộ Khối các cơ quan tỉnh Lạng Sơn được thành lập ngày nào?
A. 03/02/1930
B. 27/9/1954
C. 27/12/1975
D. 19/5/1941
Đáp án: B
Câu 2: Kế hoạch số 422-KH/ĐUS do cơ quan nào ban hành?
A. Đảng ủy Sở Tài nguyên và Môi trường
B. Ủy ban nhân dân tỉnh
C. Đảng ủy Khối các cơ quan tỉnh
Đáp án: A
Câu 3: Chủ đề của chiến dịch nói đến bao nhiêu năm truyền thống?
A. 50 năm
B. 60 năm
C. 70 năm
"""


def load_campaign(session: Session) -> Campaign:
    """Load the shipped campaign and complete its contact."""
    campaign = campaign_services.import_campaign(session, CAMPAIGN, CLI)
    campaign_services.change_campaign(session, campaign.id, CONTACT, CLI)
    return campaign


def sign_in_link(world: World, *roles: str, email: str = "") -> str:
    """Open an account with these roles; return the path of its one-time link."""
    user_id = make_user(world.db, *roles, email=email)
    with world.app.app_context(), world.db.writing() as session:
        user = session.scalars(select(User).where(User.id == user_id)).one()
        return links.make(session, world.settings.link_key, user, actor=CLI, source="test").path


def sign_in(surfer: Surfer, *roles: str, axe: bool = True) -> None:
    """Sign in by a one-time link."""
    surfer.open(sign_in_link(surfer.world, *roles), axe=axe)
    surfer.page.get_by_label("Đúng, tôi muốn đăng nhập").check()
    surfer.press("Đăng nhập", axe=axe)


def import_roster(surfer: Surfer, path: Path = ROSTER) -> None:
    """Upload a list, read the differences, confirm."""
    surfer.open("/organiser/roster")
    surfer.press("Nhập danh sách")
    surfer.page.locator("input[type=file]").set_input_files(path)
    surfer.page.locator(".choice", has_text="Tất cả là đảng viên").click()
    surfer.press("Đọc tệp")
    surfer.press("Xác nhận")


def paste_paper(surfer: Surfer) -> None:
    """Paste three questions, settle the one without a key, keep and approve them."""
    surfer.open("/organiser/questions")
    surfer.page.get_by_label("Dán cả đề vào đây").fill(PAPER)
    surfer.page.get_by_label("Tên bộ câu hỏi (để trống").fill("Tìm hiểu truyền thống Khối")
    surfer.press("Đọc đề và xem trước")
    surfer.page.get_by_label("Nguồn chung").fill("Kế hoạch số 422-KH/ĐUS ngày 06/3/2024")
    surfer.page.locator("#read-3 .choice", has_text="70 năm").click()
    surfer.press("Lưu 3 câu thành bản nháp")


def create_round(surfer: Surfer) -> None:
    """Choose until when, leave the rest as it is offered."""
    surfer.open("/organiser/rounds")
    surfer.press("Mở vòng thi")
    closing = local(clock.now() + timedelta(days=7))
    surfer.page.get_by_label("Làm đến hết ngày nào?").fill(f"{closing:%d/%m/%Y}")
    surfer.page.get_by_label("Đóng lúc mấy giờ?").fill("17:00")
    surfer.press("Lưu và xem trước khi gửi")


def plan_like(session: Session, round_: Round) -> rounds.RoundPlan:
    """Return the plan of another round with the same questions."""
    slug = session.get_one(QuestionSet, round_.question_set_id).slug
    now = clock.now()
    return rounds.RoundPlan(
        title="Vòng 2: Chặng đường 70 năm",
        question_set=slug,
        opens_at=now + timedelta(days=1),
        closes_at=now + timedelta(days=9),
    )


def board(world: World, slug: str = "vong-mau") -> str:
    """Launch a round whose people have got on differently; return its slug."""
    cells = {
        "Chi bộ Văn phòng – Thanh tra": ("ddddddsnnu", "ddn"),
        "Chi bộ Quản lý đất đai": ("ddsnnnnnnn", "nn"),
        "Chi bộ Tài nguyên nước, khoáng sản và biến đổi khí hậu": ("dddddddd", "d"),
        "Chi bộ Trung tâm": ("nnnnuuux", ""),
        "Chi bộ Quỹ": ("d", "n"),
    }
    with world.app.app_context(), world.db.writing() as session:
        campaign = load_campaign(session)
        version = make_version(session, questions=12)
        round_of(
            session,
            cells,
            campaign=campaign,
            version=version,
            slug=slug,
            title="Vòng 1: Tìm hiểu truyền thống Đảng bộ Khối",
            closes_at=clock.now() + timedelta(days=3),
        )
    return slug
