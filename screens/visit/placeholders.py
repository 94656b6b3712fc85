"""What the placeholders of a phrase become in a visit."""

from clinic_tui.state.visit import Visit
from clinic_tui.widgets.workplace import Workplace
from screens.visit.tab_line import first_name


def placeholder_values(place: Workplace, visit: Visit) -> dict[str, str]:
    """The values by name (domain.md 2.8); one that is not known is left out, so its placeholder stays."""
    people = place.desk.people
    unit = people.units.get(visit.row.unit_id)
    values = {
        "resident_first_name": first_name(visit),
        "staff_name": people.profile.display_name if people.profile else "",
        "unit_name": unit.name if unit else "",
        "phone": unit.phone if unit else "",
        "opening_hours": unit.opening_hours if unit else "",
    }
    return {name: value for name, value in values.items() if value}
