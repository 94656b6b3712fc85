"""Made-up cases for the measured lists."""

from clinic_tui.widgets.work_row import Flag, WorkRow

_REASONS = ("Hosta och feber", "Ont i örat", "Ryggsmärta", "Utslag", "Halsbränna", "Vårtor på foten")
_FLAGS: tuple[frozenset[Flag], ...] = (frozenset({"free_text"}), frozenset({"child"}), frozenset())


def cases(count: int) -> tuple[list[str], dict[str, WorkRow]]:
    """An order, and the rows by id."""
    rows = {
        f"case-{number}": WorkRow(
            case_id=f"case-{number}",
            resident=f"Resident {number:06}, 71 K",
            reason=_REASONS[number % len(_REASONS)],
            priority=number % 5 + 1,
            priority_word="Inom ett dygn",
            queued_at=1_000_000.0 - number,
            unit="Ekens vårdcentral",
            state="Väntar",
            flags=_FLAGS[number % len(_FLAGS)],
        )
        for number in range(count)
    }
    return list(rows), rows
