"""Which of one's open cases is offered next, once something is done with one."""

from collections.abc import Sequence

from clinic_tui.state.selectors import next_waiting
from clinic_tui.widgets.outcome import Offer
from clinic_tui.widgets.texts import resident_with_age
from clinic_tui.widgets.workplace import Workplace


def next_offer(place: Workplace, case_id: str) -> Sequence[Offer]:
    """The key to the next case of mine that waits, by the resident's name; none where nobody waits.

    The key leads to that case for as long as the line stands, whatever happens meanwhile.
    """
    row = next_waiting(place.desk, case_id)
    if row is None:
        return ()
    return (Offer("go.visit", resident_with_age(row.resident), lambda: place.open_case(row.id)),)
