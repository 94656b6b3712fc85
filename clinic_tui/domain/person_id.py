"""Swedish person identifiers: reading, checking and showing them, with age and sex where they tell."""

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from clinic_tui.domain.refusals import REASONS


class IdType(StrEnum):
    """The kinds of identifier (domain.md 7.4)."""

    PERSONAL_NUMBER = "personal_number"
    COORDINATION_NUMBER = "coordination_number"
    NATIONAL_RESERVE = "national_reserve"
    REGIONAL_RESERVE = "regional_reserve"


class Sex(StrEnum):
    """The sex an identifier tells, where it does."""

    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"


class InvalidPersonId(ValueError):  # noqa: N818 - a name others rely on
    """A text is no person identifier. Carries the rule and never the text, which must not reach a log."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule

    @property
    def reason(self) -> str:
        """The English text; translate it when showing it."""
        return REASONS[self.rule]


@dataclass(frozen=True)
class ReserveFormat:
    """One region's own reserve numbers, a plug-in of its profile."""

    name: str
    pattern: re.Pattern[str]
    """Matches the whole number."""
    has_birth_date: bool
    """Whether the first eight characters are the birth date."""


REGIONAL_FORMATS: dict[str, ReserveFormat] = {
    "stockholm": ReserveFormat("stockholm", re.compile(r"99[0-9]{10}"), has_birth_date=False),
    "skane": ReserveFormat(
        "skane", re.compile(r"(?:18|19|20)[0-9]{6}(?=[0-9]*[A-Z])[0-9A-Z]{4}"), has_birth_date=True
    ),
}
"""Known regional formats by name (domain.md 7.4).

None of them matches a number of another kind, so all may be tried together: an NRID neither begins with the
century of a birth date nor is it digits alone.
"""

ALL_TYPES = frozenset(IdType)
_LONG = re.compile(r"([0-9]{8})[-+ ]?([0-9]{4})")
_SHORT = re.compile(r"([0-9]{6})([-+ ]?)([0-9]{4})")
_LETTERS = "ABCDEFGHJKLMNPRSTUXYZ"
_NRID = re.compile(rf"([0-9]{{8}})-?([{_LETTERS}]{{2}}[0-9{_LETTERS}][0-9])")
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))


@dataclass(frozen=True)
class PersonId:
    """A checked identifier. Its repr does not show the number."""

    type: IdType
    value: str = field(repr=False)
    """Twelve characters without separators, as stored and compared."""
    birth_date: date | None = field(default=None, repr=False, compare=False)
    sex: Sex = field(default=Sex.UNKNOWN, repr=False, compare=False)

    @property
    def masked(self) -> str:
        """The birth date part with the rest hidden, for lists: `19550211-••••`."""
        return f"{self.value[:8]}{'-' if self._has_separator else ''}••••"

    def display(self, today: date) -> str:
        """`YYMMDD-NNNC`, with `+` from the year one turns 100; reserve numbers as they are stored."""
        if not self._has_separator:
            return self.value
        hundred = today.year - int(self.value[:4]) >= 100
        return f"{self.value[2:8]}{'+' if hundred else '-'}{self.value[8:]}"

    def age(self, today: date) -> int | None:
        """Whole years on that day, or None where the identifier does not tell the birth date."""
        return None if self.birth_date is None else age_on(self.birth_date, today)

    @property
    def _has_separator(self) -> bool:
        return self.type in {IdType.PERSONAL_NUMBER, IdType.COORDINATION_NUMBER}


def parse(
    text: str,
    *,
    today: date | None = None,
    types: frozenset[IdType] = ALL_TYPES,
    regional: tuple[ReserveFormat, ...] = (),
) -> PersonId:
    """Read one identifier, written with or without century and separator.

    `today` is needed to read a number without century, and then `+` means a hundred years or more; with
    it, a birth date in the future is refused. `types` are those the region takes (`resident_id_types`),
    `regional` its own formats. Raises `InvalidPersonId`.
    """
    found = _read(text.strip().translate(_DASHES).upper(), today, regional)
    if found.type not in types:
        raise InvalidPersonId("person.type_not_taken")
    if today is not None and _in_future(found, today):
        raise InvalidPersonId("person.in_future")
    return found


def age_on(birth_date: date, day: date) -> int:
    """Whole years lived on that day; one born on 29 February turns a year older on 1 March."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def luhn_ok(digits: str) -> bool:
    """Whether the last of the digits is the right check digit (modulus 10)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _read(text: str, today: date | None, regional: tuple[ReserveFormat, ...]) -> PersonId:
    for reserve in regional:
        if reserve.pattern.fullmatch(text):
            born = _date(text[:8]) if reserve.has_birth_date else None
            return PersonId(IdType.REGIONAL_RESERVE, text, born)
    if match := _LONG.fullmatch(text):
        return _numbered(match[1] + match[2])
    if match := _SHORT.fullmatch(text):
        return _numbered(_century(match[1], plus=match[2] == "+", today=today) + match[1] + match[3])
    if match := _NRID.fullmatch(text):
        return _national_reserve(match[1] + match[2])
    raise InvalidPersonId("person.format")


def _numbered(value: str) -> PersonId:
    """A personnummer or, where the day is 60-91, a samordningsnummer.

    A samordningsnummer may have month 00 or day 60: that part of the birth date is not known. The
    tax authority's own test numbers hold both.
    """
    month, day = value[4:6], int(value[6:8])
    kind = IdType.COORDINATION_NUMBER if day >= 60 else IdType.PERSONAL_NUMBER
    if kind is IdType.COORDINATION_NUMBER and (day == 60 or month == "00"):
        _date(f"{value[:4]}{_known(month)}{_known(f'{day - 60:02}')}")
        born = None
    else:
        born = _date(f"{value[:6]}{day - 60 if day > 60 else day:02}")
    if value[:2] not in {"18", "19", "20"}:
        raise InvalidPersonId("person.no_such_date")
    if not luhn_ok(value[2:]):
        raise InvalidPersonId("person.check_digit")
    return PersonId(kind, value, born, _sex(value[10]))


def _in_future(found: PersonId, today: date) -> bool:
    if found.birth_date is not None:
        return found.birth_date > today
    return found.type is IdType.COORDINATION_NUMBER and int(found.value[:4]) > today.year


def _known(part: str) -> str:
    return "01" if part == "00" else part


def _century(short: str, *, plus: bool, today: date | None) -> str:
    """The century of a number without one: the latest that is not in the future, one earlier for `+`."""
    if today is None:
        raise InvalidPersonId("person.century_unknown")
    year = today.year - today.year % 100 + int(short[:2])
    day = int(short[4:6]) % 60
    if (year, int(short[2:4]), day) > (today.year, today.month, today.day):
        year -= 100
    return f"{(year - 100 * plus) // 100:02}"


def _national_reserve(value: str) -> PersonId:
    """An NRID. Its check digit is not Luhn's and its rule is not public, so it is not checked."""
    born: date | None = None
    series, month, day = int(value[:2]), int(value[4:6]), int(value[6:8])
    if series == 0:
        if month < 20 or not 40 <= day <= 59:
            raise InvalidPersonId("person.no_such_date")
    elif series >= 22 and series % 3 != 0:
        century = 19 if series % 3 == 1 else 20
        born = _date(f"{century}{value[2:8]}")
    else:
        raise InvalidPersonId("person.no_such_date")
    return PersonId(IdType.NATIONAL_RESERVE, value, born, _sex(value[10]))


def _sex(mark: str) -> Sex:
    if not mark.isdigit():
        return Sex.UNKNOWN
    return Sex.MALE if int(mark) % 2 else Sex.FEMALE


def _date(text: str) -> date:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise InvalidPersonId("person.no_such_date") from None
