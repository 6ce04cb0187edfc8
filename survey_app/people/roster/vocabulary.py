"""The words offices write above the columns of a roster; what is not listed is not guessed."""

import re
from typing import Final

from survey_app.vietnamese import same_text_key, search_key

FULL_NAME: Final = "full_name"
FAMILY: Final = "family_name"
GIVEN: Final = "given_name"
SHORT_NAME: Final = "short_name"  # "Tên" alone: the given name beside "Họ đệm", else the full name
BIRTH: Final = "birth_date"
ORDINAL: Final = "ordinal"
MARK: Final = "party_mark"  # a column "Đảng viên" with an x
SENSITIVE: Final = "sensitive"
UNNEEDED: Final = "unneeded"

# Without accents, in lower case, words joined by one space.
_HEADINGS: Final[dict[str, str]] = {
    ORDINAL: "stt|tt|so tt|so thu tu|thu tu|no|so",
    FULL_NAME: (
        "ho va ten|ho ten|ho ten day du|ho va ten day du|ho va ten khai sinh|ho ten khai sinh|"
        "ho va ten dang vien|ho ten dang vien|ten dang vien|ho va ten can bo|ho ten can bo|"
        "ho va ten nhan vien|ho ten nhan vien|ho va ten ccvcld|ho ten ccvcld|ho va ten nguoi thi|"
        "ho va ten sinh vien|ho ten sinh vien|ho va ten giao vien|ho ten giao vien|hoten|"
        "ho va ten quan chung|ho ten quan chung|ho va ten dong chi|full name|fullname|name"
    ),
    FAMILY: (
        "ho dem|ho lot|ho va dem|ho va lot|ho va ten dem|ho ten dem|ho va ten lot|ho ten lot|"
        "ho va chu dem|ho va chu lot|ho|last name|family name|surname"
    ),
    SHORT_NAME: "ten",
    GIVEN: "ten goi|first name|given name",
    BIRTH: (
        "ngay sinh|nam sinh|ngay thang nam sinh|ngay thang sinh|sinh ngay|sinh nam|ngay nam sinh|"
        "ngay thang nam sinh duong lich|ngay sinh nam sinh|ntns|date of birth|birth date|"
        "birthday|dob|year of birth|nam sinh nam nu|ngay thang nam sinh nam nu"
    ),
    "position": (
        "chuc vu|chuc danh|chuc vu dang|chuc vu trong dang|chuc vu chi bo|chuc vu chuc danh|"
        "chuc danh chuc vu|chuc vu hien nay|chuc vu cong tac|chuc vu dang doan the|position|"
        "chuc vu don vi cong tac hien nay|chuc vu chinh quyen|chuc vu cong viec|cong viec"
    ),
    "unit": (
        "don vi|phong don vi|don vi cong tac|don vi cong tac hien nay|phong ban don vi|phong ban|"
        "phong|bo phan|noi cong tac|co quan|co quan don vi|co quan don vi cong tac|khoa phong|"
        "khoa|phong khoa|don vi phong|to cong tac|unit|department|phong trung tam|"
        "phong chuyen mon|don vi thuoc so|phong don vi thuoc so|phong don vi cong tac"
    ),
    "cell": (
        "chi bo|chi bo sinh hoat|sinh hoat chi bo|gan voi chi bo|gan chi bo|thuoc chi bo|"
        "ten chi bo|sinh hoat tai chi bo|chi bo truc thuoc|dang sinh hoat tai chi bo|"
        "party cell|cell"
    ),
    "email": (
        "email|e mail|mail|gmail|thu dien tu|dia chi email|dia chi e mail|dia chi thu dien tu|"
        "hop thu|hop thu dien tu|thu dien tu cong vu|email cong vu|email lien he|email address|"
        "dia chi mail|thu dien tu email|email thu dien tu"
    ),
    "phone": (
        "dien thoai|sdt|so dt|so dien thoai|dt|di dong|dt di dong|dien thoai di dong|so di dong|"
        "so dtdd|dtdd|dt lien lac|dt lien he|dien thoai lien he|dien thoai lien lac|sdt lien he|"
        "so dien thoai di dong|so dien thoai lien he|so dt lien he|mobile|phone|tel|"
        "dien thoai zalo|so dien thoai zalo|sdt zalo|zalo|phone number|so dt di dong"
    ),
    "notes": "ghi chu|chu thich|notes|note|luu y",
    "kind": (
        "doi tuong|thanh phan|loai|loai doi tuong|dang vien quan chung|la dang vien|dien|"
        "dang vien hay quan chung|kind"
    ),
    "probationary": (
        "dang vien du bi|du bi|chinh thuc du bi|du bi chinh thuc|loai dang vien|"
        "tinh trang dang vien|dang vien chinh thuc du bi|dv du bi"
    ),
    MARK: "dang vien|dv",
    "member_code": (
        "ma nhan vien|ma can bo|ma so|ma ccvc|ma cong chuc|ma vien chuc|ma cong chuc vien chuc|"
        "ma sinh vien|mssv|msnv|ma nv|ma so nhan vien|ma so can bo|ma nguoi dung|"
        "ma dinh danh noi bo"
    ),
    SENSITIVE: (
        "dan toc|ton giao|que quan|nguyen quan|so the dang|so the dang vien|the dang|so the|cccd|"
        "cmnd|cmt|cmtnd|cccd cmnd|cmnd cccd|so cccd|so cmnd|so cmnd cccd|so cccd cmnd|can cuoc|"
        "can cuoc cong dan|so can cuoc|so can cuoc cong dan|so dinh danh|so dinh danh ca nhan|"
        "ma dinh danh|so ly lich|so ly lich dang vien|so hieu dang vien|ma dang vien|noi sinh|"
        "ho khau|thuong tru|noi thuong tru|tam tru|noi o|noi o hien nay|cho o hien nay|dia chi|"
        "dia chi thuong tru|dia chi hien nay|dia chi lien he|mat khau|password|so bhxh|ma so bhxh|"
        "so tai khoan|so tai khoan ngan hang|ma so thue|thanh phan gia dinh|xuat than|"
        "thanh phan xuat than|quoc tich|noi dang ky ho khau|so ho chieu"
    ),
    UNNEEDED: (
        "gioi tinh|nu|nam|phai|nu x|gioi|ngay vao dang|ngay ket nap|ngay chinh thuc|nam vao dang|"
        "ngay ket nap dang|ngay vao dang chinh thuc|ngay vao dang du bi|ngay cong nhan chinh thuc|"
        "ngay cong nhan dang vien chinh thuc|trinh do|trinh do chuyen mon|trinh do hoc van|"
        "ly luan chinh tri|trinh do ly luan chinh tri|trinh do llct|ngay vao dang ngay chinh thuc|"
        "hoc van|chuyen mon|ngoai ngu|tin hoc|ngay vao doan|ngay vao nganh|tuoi|tuoi dang|"
        "nam tuyen dung|ngay tuyen dung|ky ten|chu ky|ky nhan|ngay chuyen den|ngay chuyen di|"
        "chuyen den|chuyen di|ngay thang nam vao dang|ngay thang nam vao dang chinh thuc|"
        "ngay thang nam ket nap|chinh thuc|ngay vao|gender|sex"
    ),
}
_FIELD_OF: Final = {
    heading: field for field, words in _HEADINGS.items() for heading in words.split("|")
}
# The two halves under "Ngày, tháng, năm sinh". With accents: "Nam" is a sex, "Năm" a year.
_SEXES: Final = frozenset(map(same_text_key, ("Nam", "Nữ")))
_IN_BRACKETS: Final = re.compile(r"\([^()]*\)")


def heading_key(text: str) -> str:
    """Return a heading as words without accents or punctuation."""
    return " ".join(re.findall(r"[a-z0-9]+", search_key(text)))


def field_of(text: str) -> str | None:
    """Return the field a heading names; a remark in brackets is left out if need be."""
    if not text or len(text) > 80:
        return None
    whole = _FIELD_OF.get(heading_key(text))
    return whole or _FIELD_OF.get(heading_key(_IN_BRACKETS.sub(" ", text)))


def is_sex(text: str) -> bool:
    """Return whether a second heading says "Nam" or "Nữ"."""
    return same_text_key(text) in _SEXES
