"""The note of a case: when it may be signed, and how a signed one is corrected."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from clinic_tui.domain.refusals import REASONS, Refusal

_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0\U0001d159")
"""Characters that Unicode counts as letters or symbols but that show nothing."""
NOTE_HERE = "{note}"
"""Where the note goes in a template of keywords (slide 77)."""


class Answer(StrEnum):
    """What a check of a note says."""

    OK = "ok"
    ASK = "ask"
    """May be signed once the author has seen the warning."""
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class NoteVerdict:
    """The outcome of `check_note`."""

    answer: Answer
    rule: str | None = None
    """Stable id of the rule that refused or asks."""

    @property
    def ok(self) -> bool:
        """Whether the note may be signed as it stands."""
        return self.answer is Answer.OK

    @property
    def reason(self) -> str:
        """The English text of the rule, to be translated when shown; empty when ok."""
        return "" if self.rule is None else REASONS[self.rule]


@dataclass(frozen=True, kw_only=True)
class NoteVersion:
    """One signed wording of a note. It never changes; a correction is a new version (domain.md 2.4)."""

    number: int
    """1 for the first signed wording, then counted up."""
    body: str
    author_id: str
    signed_at: datetime
    corrects: int | None = None
    """The number of the version that this one corrects, which stays readable."""


def is_blank(text: str) -> bool:
    """Whether nothing in the text can be seen: spaces of any kind, zero width, lone marks, controls."""
    return all(char in _BLANK or unicodedata.category(char)[0] in "ZCM" for char in text)


def is_keyword_template(text: str) -> bool:
    """Whether a note for the record can be made with these headings: the note goes in at one place."""
    return text.count(NOTE_HERE) == 1


def has_words(text: str) -> bool:
    """Whether the text holds at least one letter or digit of any script."""
    return any(char not in _BLANK and unicodedata.category(char)[0] in "LN" for char in text)


def stands_in(auto_history: str, body: str) -> bool:
    """Whether the auto-history is still in the body, unchanged but for line ends and outer blanks."""
    wanted = _normal(auto_history)
    return not is_blank(wanted) and wanted in _normal(body)


def check_note(body: str, auto_history: str = "", *, acknowledged: bool) -> NoteVerdict:
    """Whether a note may be signed (slide 55, domain.md 2.4).

    Nothing visible is refused. A body without a single letter or digit, such as one full stop, is
    signed only when the auto-history still stands in it; otherwise the author is asked, and
    `acknowledged` is their yes.
    """
    if is_blank(body):
        return NoteVerdict(answer=Answer.REFUSED, rule="note.empty")
    if has_words(body) or stands_in(auto_history, body) or acknowledged:
        return NoteVerdict(answer=Answer.OK)
    return NoteVerdict(answer=Answer.ASK, rule="note.only_punctuation")


def may_write(*, has_case: bool, signs_for_colleagues: bool) -> bool:
    """Who writes a note, and so reads it before it is signed: who may sign it (domain.md 2.1).

    A colleague who was invited reads the case and its messages, and the note once it is signed.
    """
    return has_case or signs_for_colleagues


def sign(body: str, *, author_id: str, at: datetime, current: NoteVersion | None) -> NoteVersion | Refusal:
    """The first signed version of a note, refused if one is signed already. Check the body first."""
    if current is not None:
        return Refusal(rule="note.already_signed")
    return NoteVersion(number=1, body=body, author_id=author_id, signed_at=at)


def amend(current: NoteVersion | None, body: str, *, author_id: str, at: datetime) -> NoteVersion | Refusal:
    """A correction of a signed note: a new version that points at the one it corrects (domain.md 7.2)."""
    if current is None:
        return Refusal(rule="note.not_signed")
    if is_blank(body):
        return Refusal(rule="note.empty")
    if _normal(body) == _normal(current.body):
        return Refusal(rule="note.unchanged")
    return NoteVersion(
        number=current.number + 1, body=body, author_id=author_id, signed_at=at, corrects=current.number
    )


def _normal(text: str) -> str:
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()
