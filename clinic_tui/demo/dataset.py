"""The demo data: fictive units, staff, residents, cases and phrases, read from the package's own files."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from random import Random
from typing import TypeVar

import msgspec

from clinic_tui.demo.records import (
    Case,
    EarlierCase,
    Phrase,
    Region,
    Resident,
    Rule,
    RuleSet,
    Script,
    Staff,
    Unit,
)
from clinic_tui.demo.team_records import Booked, Chat, ColleagueScript, OpenTicket

_T = TypeVar("_T")
_DATA = "data"
FLOW = "flow"
"""The rule set that goes before all others: are you there, a summary, goodbye."""
CLOSING = "{closing}"
"""An answer that stands for the script's own last words."""


class DatasetError(ValueError):
    """A data file is missing or wrong; the text names the file, and the place in it."""


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """All demo data. The same files always give the same data, in the same order."""

    region: Region
    staff: tuple[Staff, ...]
    residents: tuple[Resident, ...]
    phrases: tuple[Phrase, ...]
    rule_sets: tuple[RuleSet, ...]
    cases: tuple[Case, ...]
    """Drop-in cases open at the start, longest wait first."""
    arrivals: tuple[Case, ...]
    """Cases that come in while the demo runs, in this order; no resident has two."""
    earlier: tuple[EarlierCase, ...]
    chats: tuple[Chat, ...]
    """Asynchronous chats at the start, and those that come while the demo runs."""
    visits: tuple[Booked, ...]
    """Scheduled visits of the days around the start."""
    tickets: tuple[OpenTicket, ...]
    """Drop-in tickets issued before the start."""
    colleagues: tuple[ColleagueScript, ...]
    """Staff members who are on shift, answer and ask by themselves."""

    def without_cases(self) -> "Dataset":
        """The same people and phrases, with nobody in the queues and nobody who comes."""
        return replace(self, cases=(), arrivals=(), chats=(), visits=(), tickets=(), colleagues=())

    def on_another_day(self, seed: int) -> "Dataset":
        """The same people with other waits, and other newcomers first; seed 1 is the data as written."""
        if seed == 1:
            return self
        dice = Random(seed)  # noqa: S311 - a play's dice
        cases = (
            msgspec.structs.replace(
                case, waited_minutes=max(1, round(case.waited_minutes * dice.uniform(0.5, 1.4)))
            )
            if case.state == "waiting"
            else case
            for case in self.cases
        )
        arrivals = dice.sample(self.arrivals, len(self.arrivals))
        return replace(self, cases=tuple(cases), arrivals=tuple(arrivals))

    @property
    def units(self) -> tuple[Unit, ...]:
        """The region's units."""
        return self.region.units

    @cached_property
    def unit_by_id(self) -> dict[str, Unit]:
        """Units by their id."""
        return {unit.id: unit for unit in self.units}

    @cached_property
    def staff_by_id(self) -> dict[str, Staff]:
        """Staff members by their id."""
        return {member.id: member for member in self.staff}

    @cached_property
    def resident_by_id(self) -> dict[str, Resident]:
        """Residents by their id."""
        return {resident.id: resident for resident in self.residents}

    def rules(self, script: Script) -> Iterator[Rule]:
        """The rules in the order they are tried: the chat's own course, the script's, the sets it uses."""
        shared = {rules.id: rules.rules for rules in self.rule_sets}
        yield from shared.get(FLOW, ())
        yield from script.rules
        for name in script.uses:
            yield from shared[name]

    def reply(self, script: Script, text: str) -> str | None:
        """What the resident answers to a message from staff, or None where no rule fits.

        The caller then takes one of the script's `fallback` answers.
        """
        lowered = text.casefold()
        answer = next((rule.answer for rule in self.rules(script) if _fits(rule, lowered)), None)
        return script.closing if answer == CLOSING else answer


def _fits(rule: Rule, lowered: str) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(word)}", lowered) for word in rule.keywords)


def load() -> Dataset:
    """Read the demo data that the package carries. Raises `DatasetError` where a file is wrong."""
    return load_from(files("clinic_tui.demo") / _DATA)


def load_from(folder: Traversable) -> Dataset:
    """Read demo data from a folder laid out as the package's own. Raises `DatasetError`."""
    cases = _read_all(folder / "cases", Case)
    return Dataset(
        region=_read(folder / "region.json", Region),
        staff=_read(folder / "staff.json", tuple[Staff, ...]),
        residents=_read(folder / "residents.json", tuple[Resident, ...]),
        phrases=_read_all(folder / "phrases", Phrase),
        rule_sets=_read(folder / "rules.json", tuple[RuleSet, ...]),
        cases=tuple(sorted(cases, key=lambda case: -case.waited_minutes)),
        arrivals=_read_all(folder / "arrivals", Case),
        earlier=_read(folder / "earlier.json", tuple[EarlierCase, ...]),
        chats=_read(folder / "chats.json", tuple[Chat, ...]),
        visits=_read(folder / "visits.json", tuple[Booked, ...]),
        tickets=_read(folder / "tickets.json", tuple[OpenTicket, ...]),
        colleagues=_read(folder / "colleagues.json", tuple[ColleagueScript, ...]),
    )


def _read_all(folder: Traversable, kind: type[_T]) -> tuple[_T, ...]:
    """The records of every JSON file in a folder, by file name."""
    try:
        found = sorted(folder.iterdir(), key=lambda file: file.name)
    except OSError as error:
        raise DatasetError(f"{folder.name}: {error.strerror}") from error
    paths = (file for file in found if file.name.endswith(".json"))
    return tuple(record for path in paths for record in _records(path, kind))


def _records(path: Traversable, kind: type[_T]) -> Iterable[_T]:
    return _read(path, tuple[kind, ...])


def _read(path: Traversable, kind: type[_T]) -> _T:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise DatasetError(f"{path.name}: {error.strerror}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path.name}: {error}") from error
