"""Protected identities: the one place that decides what is left of a field about a protected person (7.5).

Every field that can carry a protected person's name, number, birth date, mobile, unit or ticket goes through
`shown`, when it is read from the store and again when a stored event is replayed.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar, cast

from msgspec.structs import replace

from clinic_tui.domain.person_id import age_on
from clinic_tui.domain.proxy import Protection
from clinic_tui.protocol.refs import Protection as Grade
from clinic_tui.protocol.refs import ResidentRef, Sex
from clinic_tui.protocol.resources import CaseRow, Message

T = TypeVar("T")
_BY_RESIDENTS = frozenset({"resident", "proxy"})


def is_protected(grade: str) -> bool:
    """Whether a resident's identity is protected in any way."""
    return grade != Protection.NONE.value


def shown(value: T, grade: str, instead: T) -> T:
    """A field about a person, or what stands there instead where their identity is protected."""
    return instead if is_protected(grade) else value


def ref_of(
    *, identity: str, name: str, birth_date: date | None, sex: str, protected: str, today: date
) -> ResidentRef:
    """A resident as lists and cases name them: of a protected one the age and the sex are left."""
    return ResidentRef(
        id=identity,
        name=shown(name, protected, ""),
        birth_date=shown(birth_date, protected, None),
        age=None if birth_date is None else age_on(birth_date, today),
        sex=cast("Sex", sex),
        protected=cast("Grade", protected),
    )


def ref_of_row(row: Mapping[Any, Any], today: date) -> ResidentRef:
    """The same from a row of residents."""
    return ref_of(
        identity=row["id"],
        name=row["name"],
        birth_date=row["birth_date"],
        sex=row["sex"],
        protected=row["protected"],
        today=today,
    )


def masked_ref(ref: ResidentRef, grades: Mapping[str, str]) -> ResidentRef:
    """A resident who was written down earlier, as they may be named now; `grades` are of those protected."""
    grade = grades.get(ref.id)
    if grade is None or not (ref.name or ref.birth_date):
        return ref
    return replace(
        ref,
        name=shown(ref.name, grade, ""),
        birth_date=shown(ref.birth_date, grade, None),
        protected=cast("Grade", grade),
    )


def masked_message(message: Message, grades: Mapping[str, str], reader: str | None = None) -> Message:
    """A message whose author may be protected; the author themselves (`reader`) keeps their own name."""
    grade = grades.get(message.author_id, Protection.NONE.value)
    if message.author not in _BY_RESIDENTS or message.author_id == reader or not is_protected(grade):
        return message
    return replace(message, author_name=shown(message.author_name, grade, ""))


def masked_row(row: CaseRow, grades: Mapping[str, str], proxy_id: str | None) -> CaseRow:
    """A case's row that was written down earlier; a guardian who no longer writes is not named."""
    resident = masked_ref(row.resident, grades)
    if resident is row.resident and (row.acting_proxy is None or proxy_id is not None):
        return row
    return replace(row, resident=resident, acting_proxy=row.acting_proxy if proxy_id is not None else None)
