"""The forms a report can have, by code and label. Pure; what each form is stands in `reports`."""

from survey_app.i18n import lazy

DEFAULT = "vptw36-2018"
HANDBOOK = "so-tay-khoi"
LABELS: dict[str, str] = {
    DEFAULT: lazy("Hướng dẫn 36-HD/VPTW (2018): lề 20, 20, 30, 15 mm"),
    HANDBOOK: lazy("Sổ tay của đảng ủy khối: lề 25, 25, 35, 15 mm, in hai mặt"),
}


def style_choices() -> list[tuple[str, str]]:
    """Return (code, label) of every form, for select boxes."""
    return [(code, str(label)) for code, label in LABELS.items()]
