"""WTForms' own sentences in the reader's language (the library speaks English by itself)."""

from typing import Any

from survey_app.i18n import lazy

_SENTENCES: dict[str, Any] = {
    "Not a valid choice.": lazy("Xin chọn một mục có trong danh sách."),
    "Not a valid choice": lazy("Xin chọn một mục có trong danh sách."),
    "Invalid Choice: could not coerce.": lazy("Xin chọn một mục có trong danh sách."),
    "'%(value)s' is not a valid choice for this field.": lazy(
        "Có mục được chọn không nằm trong danh sách."
    ),
    "'%(value)s' are not valid choices for this field.": lazy(
        "Có mục được chọn không nằm trong danh sách."
    ),
    "Not a valid integer value.": lazy("Xin ghi một số nguyên."),
    "This field is required.": lazy("Mục này không được để trống."),
    "Field cannot be longer than %(max)d character.": lazy("Mục này dài quá %(max)d ký tự."),
    "Field cannot be longer than %(max)d characters.": lazy("Mục này dài quá %(max)d ký tự."),
}


class FormWords:
    """What a form's `Meta.get_translations` returns."""

    def gettext(self, text: str) -> str:
        """Return WTForms' `text` in our words; unknown ones stay as they are."""
        return str(_SENTENCES.get(text, text))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """The same for counted texts."""
        return self.gettext(singular if n == 1 else plural)
