"""What a fold changed, so that only that is drawn again."""

from dataclasses import dataclass

from clinic_tui.protocol.events import AssignmentLost
from clinic_tui.protocol.resources import Message
from clinic_tui.protocol.team import Notice
from clinic_tui.state.team import Part

_NONE: frozenset[str] = frozenset()
_NO_PARTS: frozenset[Part] = frozenset()


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different on the desk; false when nothing is. Join two with `|`."""

    everything: bool = False
    """A snapshot was loaded: draw all of it again."""
    rows: frozenset[str] = _NONE
    """Cases whose row changed, came or went."""
    visits: frozenset[str] = _NONE
    """Open visits whose content changed: messages, notes, drafts, presence, row."""
    lists: bool = False
    """Order, membership or counts of lists may differ."""
    profile: bool = False
    phrases: bool = False
    arrived: tuple[Message, ...] = ()
    """Messages by residents seen for the first time; for the bell and "2 new"."""
    lost: tuple[AssignmentLost, ...] = ()
    """Cases that colleagues took over."""
    team: frozenset[Part] = _NO_PARTS
    """Parts of the team that differ."""
    noticed: tuple[Notice, ...] = ()
    """What happened to me, told for the first time; for the bell."""
    wanted: frozenset[str] = _NONE
    """Cases of mine whose content is missing or has holes: fetch them (`Link.fetch_case`)."""

    def __bool__(self) -> bool:
        return self != NOTHING

    def __or__(self, other: "Changes") -> "Changes":
        if other == NOTHING:
            return self
        if self == NOTHING:
            return other
        return Changes(
            everything=self.everything or other.everything,
            rows=self.rows | other.rows,
            visits=self.visits | other.visits,
            lists=self.lists or other.lists,
            profile=self.profile or other.profile,
            phrases=self.phrases or other.phrases,
            arrived=self.arrived + other.arrived,
            lost=self.lost + other.lost,
            team=self.team | other.team,
            noticed=self.noticed + other.noticed,
            wanted=self.wanted | other.wanted,
        )


NOTHING = Changes()
"""No change at all."""
