"""What is done in the view of scheduled visits."""

from clinic_tui.actions.action import Action, Scope
from clinic_tui.i18n import N_

BOOKED_ACTIONS = (
    Action("day.next", N_("Next day"), "right", Scope.BOOKED, N_("Show the next day."), 61),
    Action("day.previous", N_("Previous day"), "left", Scope.BOOKED, N_("Show the day before."), 62),
    Action("day.today", N_("Today"), "full_stop", Scope.BOOKED, N_("Show today."), 63),
    Action("day.pick", N_("Pick a date"), "l", Scope.BOOKED, N_("Pick a date from a calendar."), 64),
    Action("booking.new", N_("Book"), "n", Scope.BOOKED, N_("Find a resident, and book a visit."), 59),
    Action("booking.move", N_("Rebook"), "m", Scope.BOOKED, N_("Move the visit to another time."), 41),
    Action(
        "booking.cancel",
        N_("Cancel the visit"),
        "x",
        Scope.BOOKED,
        N_("Cancel the visit, with a reason."),
        42,
    ),
    Action(
        "booking.copy_number",
        N_("Copy the number"),
        "y",
        Scope.BOOKED,
        N_("Copy the resident's number, in a phone visit that is yours."),
        44,
    ),
    Action("booking.no_show", N_("Did not come"), "w", Scope.BOOKED, N_("The resident did not come."), 43),
)
