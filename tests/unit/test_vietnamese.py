"""Vietnamese text: normal form, search, comparison and order."""

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_app import vietnamese as vi

EXPECTED_ORDER = [
    "Nguyễn Văn An",
    "Trần Thị An",
    "Lý Thị Ảnh",
    "Nguyễn Văn Ánh",
    "Lê Thị Ân",
    "Nông Thị Dung",
    "Vi Văn Dũng",
    "Hoàng Văn Đạt",
    "Ma Thị Hoa",
    "Đoàn Văn Hòa",
    "Nguyễn Thị Hoà",
]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_people_stand_in_vietnamese_order(form):
    names = [unicodedata.normalize(form, name) for name in EXPECTED_ORDER]
    shuffled = names[:]
    random.Random(70).shuffle(shuffled)
    assert sorted(shuffled, key=vi.name_sort_key) == names


def test_every_tone_and_letter_has_its_place():
    tones = ["ma", "mà", "mả", "mã", "má", "mạ"]
    letters = ["a", "ă", "â", "b", "c", "d", "đ", "e", "ê", "n", "o", "ô", "ơ", "u", "ư", "v", "y"]
    for expected in (tones, letters):
        backwards = list(reversed(expected))
        assert sorted(backwards, key=vi.text_sort_key) == expected


def test_given_name_before_family_before_middle():
    names = ["Vi Lan", "Bế Thị Lan", "Bế Văn Lan", "An"]
    assert sorted(names, key=vi.name_sort_key) == ["An", "Bế Thị Lan", "Bế Văn Lan", "Vi Lan"]


def test_a_shorter_given_name_comes_first():
    assert vi.name_sort_key("Vũ An") < vi.name_sort_key("Bế Anh")


def test_letters_decide_before_tones():
    assert vi.name_sort_key("Lê Hạ") < vi.name_sort_key("Lê Hai")


def test_numbers_in_texts_sort_by_value():
    assert vi.text_sort_key("Chi bộ 2") < vi.text_sort_key("Chi bộ 10")
    assert vi.text_sort_key("Chi bộ 02") == vi.text_sort_key("Chi bộ 2")


def test_a_syllable_ends_before_a_longer_one_begins():
    assert vi.text_sort_key("Tổ à") < vi.text_sort_key("Tổ a5") < vi.text_sort_key("Tổ ba")


def test_names_of_other_scripts_still_sort():
    assert vi.name_sort_key("") == ""
    assert vi.name_sort_key("王 芳") > vi.name_sort_key("Lê Vy")
    assert vi.name_sort_key("Zoë") > vi.name_sort_key("Zoe")


@given(st.text())
def test_sort_keys_are_ascii_and_take_anything(text):
    assert vi.name_sort_key(text).isascii()
    assert vi.text_sort_key(text).isascii()


@given(st.text())
def test_tidy_and_nfc_are_stable(text):
    assert vi.nfc(vi.nfc(text)) == vi.nfc(text)
    assert vi.tidy(vi.tidy(text)) == vi.tidy(text)


def test_nfc_cleans_what_the_eye_does_not_see():
    assert vi.nfc(unicodedata.normalize("NFD", "Nguyễn")) == "Nguyễn"
    assert vi.nfc("\ufeffLê\u200b\u00a0Lan") == "Lê Lan"
    assert vi.tidy("  Lê \n Hồng\tLan ") == "Lê Hồng Lan"


def test_the_soft_hyphen_stays():
    assert vi.nfc("Trung \u00ad¬ng") == "Trung \u00ad¬ng"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hòa", "hoà"),
        ("thủy", "thuỷ"),
        ("quý", "qúy"),
        ("Chi bộ  Thanh Tra", "chi bộ thanh tra"),
        ("Ðặng", "Đặng"),
    ],
)
def test_same_text(one, other):
    assert vi.same_text_key(one) == vi.same_text_key(other)


@pytest.mark.parametrize(("one", "other"), [("Thúy", "Thùy"), ("đạt", "dạt"), ("ân", "an")])
def test_different_text(one, other):
    assert vi.same_text_key(one) != vi.same_text_key(other)


def test_fold_tone_acts_on_whole_syllables():
    assert vi.fold_tone("hoàn thành") == "hoan1 thanh1"
    assert vi.fold_tone("Hòa-Bình") == "Hoa1-Binh1"


@pytest.mark.parametrize("typed", ["do van dung", "ĐỖ VĂN DŨNG", "Đỗ  Văn Dũng"])
def test_search_without_accents(typed):
    assert vi.search_key(typed) == "do van dung"


def test_slugs():
    assert vi.slugify("Chi bộ Văn phòng – Đất đai (1)") == "chi-bo-van-phong-dat-dai-1"
    assert vi.slugify("…") == ""


def test_what_turns_or_breaks_a_text_unseen_is_dropped():
    unseen = "\0\x07\x1b\x7f" + "".join(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]))
    for text in ("Lê Lan", "Vong 1"):
        assert vi.nfc(text[:3] + unseen + text[3:]) == text
        assert vi.tidy(f"{unseen} {text}{unseen} ") == text
    assert vi.nfc("một\r\n\thai") == "một\r\n\thai"
    assert vi.tidy("Vong\n1\x001") == "Vong 11"
