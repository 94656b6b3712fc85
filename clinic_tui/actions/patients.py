"""What is done in a resident's profile."""

from clinic_tui.actions.action import Action, Scope
from clinic_tui.i18n import N_

PATIENTS_ACTIONS = (
    Action(
        "patient.find",
        N_("Another resident"),
        "f",
        Scope.PATIENTS,
        N_("Find another resident by number."),
        60,
    ),
    Action(
        "patient.chat",
        N_("New chat"),
        "n",
        Scope.PATIENTS,
        N_("Start an asynchronous chat with the resident."),
        10,
    ),
    Action(
        "patient.one_way",
        N_("One-way message"),
        "m",
        Scope.PATIENTS,
        N_("Send a message the resident cannot answer."),
        20,
    ),
    Action(
        "patient.ticket", N_("Ticket"), "b", Scope.PATIENTS, N_("Give the resident a drop-in ticket."), 30
    ),
    Action("patient.book", N_("Book a visit"), "v", Scope.PATIENTS, N_("Book a scheduled visit."), 40),
    Action(
        "patient.cancel_ticket",
        N_("Cancel the ticket"),
        "x",
        Scope.PATIENTS,
        N_("Cancel the selected ticket."),
        45,
    ),
    Action(
        "patient.mobile",
        N_("Mobile number"),
        "t",
        Scope.PATIENTS,
        N_("Change the resident's mobile number."),
        50,
    ),
    Action("patient.open", N_("Open"), "enter", Scope.PATIENTS, N_("Open the selected case."), 5),
)
