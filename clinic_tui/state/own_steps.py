"""Which steps on cases were taken at this workstation, and not by the same person at another one."""

from collections import Counter

from clinic_tui.protocol.command import CaseAnswer, Command, DetailAnswer, VersionedCaseCommand
from clinic_tui.protocol.commands import NoteAnswer, UndoAnswer
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.protocol.wire import Wire


class OwnSteps:
    """Told of every command as it is sent, and of its outcome before the desk takes it in."""

    def __init__(self) -> None:
        self._under_way: Counter[str] = Counter()
        """Steps that have no outcome yet, by case."""
        self._reached: dict[str, int] = {}
        """The version that the last step from here led to, by case."""

    def begin(self, command: Command) -> None:
        """A command is sent."""
        if isinstance(command, VersionedCaseCommand):
            self._under_way[command.case_id] += 1

    def settle(self, command: Command, answer: Wire | None) -> None:
        """Its outcome is known; `answer` is None where it came to nothing."""
        row = _row_of(answer)
        if row is not None:
            self._reached[row.id] = max(row.version, self._reached.get(row.id, 0))
        if isinstance(command, VersionedCaseCommand):
            self._under_way[command.case_id] -= 1

    def led_to(self, row: CaseRow) -> bool:
        """Whether the case is as it is by a step from here, or may be: one is under way."""
        return self._under_way[row.id] > 0 or self._reached.get(row.id, 0) >= row.version


def _row_of(answer: Wire | None) -> CaseRow | None:
    match answer:
        case CaseAnswer() | NoteAnswer() | UndoAnswer():
            return answer.case
        case DetailAnswer():
            return answer.detail.row
        case _:
            return None
