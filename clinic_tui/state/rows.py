"""The rows of all open cases that this desk may see, by id."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator

from clinic_tui.protocol.events import is_newer
from clinic_tui.protocol.resources import CaseRow

_REMEMBERED = 20_000
"""How many rows that left are remembered, so that late news of them does not bring them back."""


class Rows:
    """Case rows by id; each is replaced by newer news only."""

    def __init__(self, shows: Callable[[CaseRow], bool], involves: Callable[[CaseRow], bool]) -> None:
        """`shows` says whether a row belongs here, `involves` whether it is the desk's owner's matter."""
        self._shows = shows
        self._involves = involves
        self._rows: dict[str, CaseRow] = {}
        self._involved: dict[str, CaseRow] = {}
        self._left: OrderedDict[str, int] = OrderedDict()

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[CaseRow]:
        return iter(self._rows.values())

    def __contains__(self, case_id: object) -> bool:
        return case_id in self._rows

    def get(self, case_id: str) -> CaseRow | None:
        """The row, or None when it is not on this desk."""
        return self._rows.get(case_id)

    @property
    def involved(self) -> Iterable[CaseRow]:
        """The rows that involve me: a few among all, and known without a look at the others."""
        return self._involved.values()

    def replace(self, rows: Iterable[CaseRow]) -> None:
        """Forget all and start from these."""
        self._left.clear()
        self._rows = {row.id: row for row in rows if self._shows(row)}
        self._involved = {row.id: row for row in self._rows.values() if self._involves(row)}

    def put(self, row: CaseRow) -> bool:
        """Take in a row; one that does not belong here any more goes. False when nothing changed."""
        known = self._rows.get(row.id)
        if not is_newer(row.revision, known.revision if known else self._left.get(row.id)):
            return False
        shown = self._shows(row)
        if shown and self._involves(row):
            self._involved[row.id] = row
        else:
            self._involved.pop(row.id, None)
        if shown:
            self._rows[row.id] = row
            self._left.pop(row.id, None)
            return True
        self._remember(row)
        if known is None:
            return False
        del self._rows[row.id]
        return True

    def let_go(self, case_id: str, revision: int) -> bool:
        """Forget a row that is not seen from this revision on; False when it was not here, or is newer."""
        known = self._rows.get(case_id)
        if not is_newer(revision, known.revision if known else self._left.get(case_id)):
            return False
        self._note(case_id, revision)
        self._involved.pop(case_id, None)
        return self._rows.pop(case_id, None) is not None

    def _remember(self, row: CaseRow) -> None:
        self._note(row.id, row.revision)

    def _note(self, case_id: str, revision: int) -> None:
        self._left[case_id] = revision
        if len(self._left) > _REMEMBERED:
            self._left.popitem(last=False)
