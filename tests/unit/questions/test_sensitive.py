"""What a form may ask about the session, and what it must not ask about the person."""

import pytest

from survey_app.questions.checks import check
from survey_app.questions.schema import QuestionDocument

ABOUT_THE_SESSION = """
Đồng chí hài lòng với công tác tổ chức ở mức nào?
Đồng chí thấy tài liệu thế nào?
Đồng chí có đồng ý rằng tài liệu rõ ràng, dễ hiểu?
Đồng chí nghĩ buổi sau nên làm gì tốt hơn?
Theo đồng chí, thời lượng buổi sinh hoạt có hợp lý không?
Điều đồng chí tâm đắc nhất trong buổi sinh hoạt?
Nội dung chuyên đề gắn với công việc của đơn vị đồng chí ở mức nào?
Đồng chí hài lòng với phần trình bày về nghị quyết Đại hội XIV ở mức nào?
Đồng chí đánh giá thế nào về việc gắn chuyên đề với nghị quyết của chi bộ?
Ý kiến của đồng chí về khâu tổ chức?
Chi bộ tổ chức buổi sinh hoạt thế nào?
Thảo luận có dân chủ, ai cũng được nói không?
Đồng chí nhận tin nhắn báo lịch trước mấy ngày?
Thông tin trong tài liệu có đáng tin cậy không?
Nên tổ chức buổi sau ở phòng nào?
Xin không ghi tên mình hoặc người khác. Nội dung nào cần làm rõ thêm?
Chuyên đề “Tự hào 70 năm truyền thống”: tài liệu có rõ không?
Ngày sinh hoạt nào trong tuần hợp với đồng chí?
Đồng chí dự buổi sinh hoạt bằng hình thức nào?
Đồng chí chờ bao nhiêu phút trước khi buổi họp bắt đầu?
Đồng chí đề nghị mời báo cáo viên của cơ quan nào?
Did you get the materials in time?
Were you satisfied with the organisation of the session?
Do you agree that the presenter was clear about the resolution?
""".strip().splitlines()
ABOUT_BELIEFS = """
Đồng chí có tự hào về Đảng bộ không?
Buổi sinh hoạt khơi dậy lòng tự hào của đồng chí ở mức nào?
Đồng chí tin tưởng vào sự lãnh đạo của Đảng ở mức nào?
Đồng chí có thật sự tin vào thắng lợi không?
Niềm tin của đồng chí sau buổi sinh hoạt?
Cảm xúc của đồng chí khi nghe chuyên đề?
Đồng chí cảm thấy thế nào sau buổi sinh hoạt?
Đồng chí có ủng hộ chủ trương sáp nhập không?
Đồng chí có đồng ý với nội dung nghị quyết không?
Chủ trương sáp nhập: đồng chí có tán thành không?
Đồng chí hài lòng với sự lãnh đạo của cấp trên không?
Theo đồng chí, đường lối của Đảng đúng hay sai?
Đồng chí theo tôn giáo nào?
Quan điểm chính trị của đồng chí?
Tôi tự hào là người của Đảng bộ.
Are you proud of the organisation?
Do you believe in what was said?
Do you support the resolution of the congress?
""".strip().splitlines()
ABOUT_THE_PERSON = """
Họ và tên
Xin cho biết tên của đồng chí
Đồng chí tên là gì?
Chi bộ:
Đơn vị của đồng chí?
Đồng chí thuộc chi bộ nào?
Đồng chí đang công tác tại phòng nào?
Đồng chí sinh hoạt ở đâu?
Chức vụ hiện nay của đồng chí
Đồng chí bao nhiêu tuổi?
Tuổi
Nhóm tuổi của đồng chí
Năm sinh của đồng chí
Số điện thoại để liên hệ lại
Email của đồng chí
Giới tính
Đồng chí là đảng viên hay quần chúng?
Nếu không ngại, xin ghi họ và tên.
What is your name?
Which department are you from?
""".strip().splitlines()


def codes(**question: object) -> set[str]:
    made = {"id": "q", "type": "long_text", **question}
    document = QuestionDocument.model_validate(
        {"kind": "feedback", "title": "Phiếu", "questions": [made]}
    )
    return {problem.code for problem in check(document).errors}


@pytest.mark.parametrize("text", ABOUT_THE_SESSION)
def test_questions_about_the_session_pass(text: str) -> None:
    assert codes(text=text) == set()


@pytest.mark.parametrize("text", ABOUT_BELIEFS)
def test_beliefs_feelings_and_political_stands_are_refused(text: str) -> None:
    assert codes(text=text) == {"asks_belief"}


@pytest.mark.parametrize("text", ABOUT_THE_PERSON)
def test_what_tells_who_answers_is_refused(text: str) -> None:
    assert codes(text=text) == {"identifies"}


def labelled(*texts: str) -> list[dict[str, str]]:
    return [{"id": f"c{n}", "text": text} for n, text in enumerate(texts)]


AGREEING = labelled("Hoàn toàn đồng ý", "Đồng ý", "Không đồng ý")


def test_labels_and_rows_are_read_too() -> None:
    proud = labelled("Tự hào hơn", "Như trước")
    assert codes(type="single", text="Sau buổi này:", choices=proud) == {"asks_belief"}
    ages = labelled("Dưới 35 tuổi", "Từ 35 đến 50 tuổi", "Trên 50 tuổi")
    assert codes(type="single", text="Đồng chí ở nhóm nào?", choices=ages) == {"identifies"}
    stand = {"type": "scale", "choices": AGREEING}
    assert codes(text="Chủ trương sáp nhập là cần thiết.", **stand) == {"asks_belief"}
    assert codes(text="Tài liệu rõ ràng.", **stand) == set()
    rows = labelled("Tài liệu rõ ràng", "Tôi tin rằng kế hoạch sẽ thắng lợi")
    matrix = {"type": "matrix", "text": "Ý kiến về buổi sinh hoạt", "choices": AGREEING}
    assert codes(**matrix, rows=rows) == {"asks_belief"}
    assert codes(**matrix, rows=labelled("Chức vụ của đồng chí")) == {"identifies"}
    assert codes(**matrix, rows=labelled("Tài liệu rõ ràng")) == set()


def test_the_english_keeps_to_it_too() -> None:
    question = {
        "id": "q",
        "type": "single",
        "text": "Sau buổi họp:",
        "choices": labelled("Đã rõ", "Chưa rõ"),
    }

    def found(**words: object) -> list[tuple[str, str | None]]:
        document = QuestionDocument.model_validate(
            {
                "kind": "feedback",
                "title": "Phiếu",
                "questions": [{"id": "p", "type": "long_text", "text": "Gì?"}, question],
                "translations": {"en": {"questions": {"q": words}}},
            }
        )
        return [(problem.code, problem.where) for problem in check(document).errors]

    assert found(text="After the session:") == []
    assert found(text="Are you proud?") == [("asks_belief", "câu 2")]
    assert found(text="After it:", choices={"c0": "I feel loyal"}) == [("asks_belief", "câu 2")]
    assert found(text="Which department are you from?") == [("identifies", "câu 2")]


def test_what_is_left_unsaid_is_only_asked_about() -> None:
    document = QuestionDocument.model_validate(
        {
            "kind": "feedback",
            "title": "Phiếu",
            "questions": [{"id": "q", "type": "long_text", "text": "Đồng chí nghĩ gì?"}],
        }
    )
    findings = check(document)
    assert findings.errors == ()
    assert [problem.code for problem in findings.hints] == ["asks_belief"]
