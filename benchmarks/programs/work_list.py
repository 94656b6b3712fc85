"""Our work list with as many cases as the argument says."""

import sys

from textual.app import ComposeResult

from benchmarks.programs.cases import cases
from benchmarks.programs.ready import Measured
from clinic_tui.widgets.work_list import WorkList

ORDER, ROWS = cases(int(sys.argv[1]))


class ListApp(Measured):
    """The list alone."""

    def compose(self) -> ComposeResult:
        """The list, filled before the first frame."""
        work_list = WorkList(now=1_000_000.0)
        work_list.set_rows(ORDER, ROWS)
        yield work_list


ListApp().run()
