"""How a colleague's presence is shown: a sign, and a word for it."""

from clinic_tui.i18n import pgettext
from clinic_tui.protocol.team import PresenceState

ORDER: dict[PresenceState, int] = {"online": 0, "busy": 1, "away": 2, "off": 3}
"""Who can be reached soonest, first."""


def presence_word(presence: PresenceState) -> str:
    """Presence in a word, such as `here`."""
    return {
        "online": pgettext("presence", "here"),
        "busy": pgettext("presence", "busy"),
        "away": pgettext("presence", "away"),
        "off": pgettext("presence", "not signed in"),
    }[presence]


def presence_sign(presence: PresenceState) -> str:
    """One cell that tells here from gone without colour."""
    return {"online": "●", "busy": "◐", "away": "◌", "off": "○"}[presence]
