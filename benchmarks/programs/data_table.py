"""Textual's own table with the same cases, to compare with."""

import sys

from rich.text import Text
from textual.app import ComposeResult
from textual.widgets import DataTable

from benchmarks.programs.cases import cases
from benchmarks.programs.ready import Measured

_, ROWS = cases(int(sys.argv[1]))


class TableApp(Measured):
    """The table alone, with a row cursor."""

    def compose(self) -> ComposeResult:
        """The table, filled before the first frame."""
        table: DataTable[Text] = DataTable(cursor_type="row")
        table.add_columns("Prio", "Väntat", "Invånare", "Orsak", "Enhet", "Läge")
        table.add_rows(
            [
                Text(text)
                for text in (str(row.priority), "0:47", row.resident, row.reason, row.unit, row.state)
            ]
            for row in ROWS.values()
        )
        yield table


TableApp().run()
