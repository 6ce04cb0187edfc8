"""What the schema refuses, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from survey_app.i18n import _
from survey_app.questions.formats.yaml_nodes import Path


def sentence(kind: str, path: Path, context: Mapping[str, Any]) -> str:
    """Return what is wrong with the field at `path`."""
    field = next((str(part) for part in reversed(path) if isinstance(part, str)), "")
    return _about_field(kind, field, context) or _about_parts(kind, field, context)


def _about_field(kind: str, field: str, context: Mapping[str, Any]) -> str | None:
    match kind:
        case "missing":
            return _("Thiếu trường “%(field)s”.", field=field)
        case "extra_forbidden":
            return _("Không có trường nào tên là “%(field)s”; hãy kiểm tra chính tả.", field=field)
        case "string_too_short":
            return _("Trường “%(field)s” không được để trống.", field=field)
        case "string_too_long" | "too_long":
            return _(
                "Trường “%(field)s” quá dài (nhiều nhất %(most)s).",
                field=field,
                most=context.get("max_length", ""),
            )
        case "string_pattern_mismatch" if field == "url":
            return _("Địa chỉ trang (url) phải bắt đầu bằng http:// hoặc https://.")
        case "string_pattern_mismatch":
            return _(
                "“%(field)s” là mã: chỉ gồm chữ thường không dấu, chữ số và dấu gạch nối.",
                field=field,
            )
        case "literal_error":
            return _(
                "Trường “%(field)s” chỉ nhận một trong các giá trị: %(values)s.",
                field=field,
                values=str(context.get("expected", "")).replace(" or ", ", ").replace("'", ""),
            )
        case "string_type":
            return _("Trường “%(field)s” phải là một đoạn chữ.", field=field)
        case "tuple_type" | "list_type":
            return _("Trường “%(field)s” phải là một danh sách.", field=field)
        case "dict_type" | "model_type" | "model_attributes_type":
            return _("Trường “%(field)s” phải gồm các trường con.", field=field)
    return None


def _about_parts(kind: str, field: str, context: Mapping[str, Any]) -> str:
    match kind:
        case "bool_parsing" | "bool_type":
            return _("Trường “%(field)s” chỉ nhận true hoặc false.", field=field)
        case "greater_than_equal":
            return _(
                "Trường “%(field)s” phải từ %(least)s trở lên.", field=field, least=context["ge"]
            )
        case "less_than_equal":
            return _("Trường “%(field)s” chỉ được đến %(most)s.", field=field, most=context["le"])
        case "int_parsing" | "int_type" | "amount":
            return _("Trường “%(field)s” phải là một số.", field=field)
        case "control_character":
            return _("Trường “%(field)s” có ký tự điều khiển không đọc được.", field=field)
        case "field_of_other_type":
            return _(
                "Trường “%(field)s” không dùng cho loại câu hỏi “%(type)s”.",
                field=context["field"],
                type=context["type"],
            )
        case "repeated_id":
            return _("Mã “%(id)s” bị dùng hai lần.", id=context["id"])
        case "unknown_id":
            return _("Không có phần nào mang mã “%(id)s”.", id=context["id"])
        case "source_missing":
            return _("Có nguồn bổ sung (further_sources) nhưng thiếu nguồn chính (source).")
    return _("Trường “%(field)s” không đúng dạng.", field=field)
