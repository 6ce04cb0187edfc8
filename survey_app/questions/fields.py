"""The small value types the question document is made of: texts, ids, amounts."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from survey_app.questions.ids import ID_PATTERN
from survey_app.vietnamese import nfc

LONGEST_TEXT: Final = 10_000
_LINE_END: Final = re.compile(r"[ \t\f\v]*(?:\r\n|[\n\r\x85\u2028\u2029])")


def clean_text(text: str) -> str:
    """NFC, plain spaces, one line end between lines, nothing at the ends."""
    return _LINE_END.sub("\n", nfc(text)).strip()


def _checked_text(text: str) -> str:
    lines = _LINE_END.sub("\n", text).strip()  # before `nfc` drops them: here they are refused
    if any(c != "\n" and c != "\t" and unicodedata.category(c) in {"Cc", "Cs"} for c in lines):
        raise PydanticCustomError("control_character", "control character in a text")
    return clean_text(text)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _amount(value: object) -> str:
    """A number without rounding: `33.333`, never a float (its digits differ between machines)."""
    if isinstance(value, bool | float) or not isinstance(value, str | int | Decimal):
        raise PydanticCustomError("amount", "not a decimal number")
    written = str(value).strip().replace(",", ".")
    try:
        number = Decimal(written)
    except InvalidOperation:
        raise PydanticCustomError("amount", "not a decimal number") from None
    if not number.is_finite() or len(number.as_tuple().digits) > 18 or abs(number.adjusted()) > 18:
        raise PydanticCustomError("amount", "not a decimal number")
    plain = format(number, "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain in {"-0", ""} else plain


Text = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(_checked_text)]
NeededText = Annotated[Text, StringConstraints(min_length=1)]
Line = Annotated[Text, AfterValidator(_one_line), StringConstraints(max_length=500)]
NeededLine = Annotated[Line, StringConstraints(min_length=1)]
WebAddress = Annotated[Line, StringConstraints(pattern=r"^(?:https?://\S+)?$")]
Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
Amount = Annotated[str, BeforeValidator(_amount)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
