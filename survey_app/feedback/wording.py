"""A form's words in the reader's language, and which items ask what is wanted next. Pure."""

import re
from dataclasses import dataclass
from typing import Final

from survey_app.feedback.items import Item
from survey_app.questions.schema import Choice, QuestionDocument, QuestionTranslation
from survey_app.vietnamese import search_key

# What a question about the next time is asked with, without accents.
_NEXT_TIME: Final = re.compile(
    r"\b((buoi|lan|dot|ky|chuyen de)( sinh hoat)?( \w+)? sau|sap toi|lan toi|mong muon)\b"
)


@dataclass(frozen=True)
class Words:
    """A form's texts in `locale`; what is not translated stays as it was written."""

    document: QuestionDocument
    locale: str

    @property
    def _other(self) -> bool:
        return self.locale != self.document.language and self.locale == "en"

    def question(self, item: Item) -> str:
        """Return the question an item belongs to."""
        found = self._translated(item)
        return found.text if found else item.question.text

    def choice(self, item: Item, choice: Choice) -> str:
        """Return one choice of an item."""
        found = self._translated(item)
        return (found.choices.get(choice.id) if found else None) or choice.text

    def row(self, item: Item) -> str:
        """Return the row of a matrix an item is; empty for other items."""
        if item.row is None:
            return ""
        found = self._translated(item)
        return (found.rows.get(item.row.id) if found else None) or item.row.text

    def section(self, item: Item) -> str:
        """Return the title of the part of the form an item stands in, or nothing."""
        name = item.question.section
        english = self.document.translations.en
        if name and self._other and english and name in english.sections:
            return english.sections[name].title or self._own_section(name)
        return self._own_section(name)

    def _own_section(self, name: str | None) -> str:
        titles = [section.title for section in self.document.sections if section.id == name]
        return titles[0] if titles else ""

    def _translated(self, item: Item) -> QuestionTranslation | None:
        english = self.document.translations.en
        return english.questions.get(item.question.id) if self._other and english else None


def asks_what_is_wanted(item: Item) -> bool:
    """Whether an item is about the next time: several choices, or a text, about what comes."""
    if item.kind not in ("several", "text"):
        return False
    return bool(_NEXT_TIME.search(search_key(item.question.text)))
