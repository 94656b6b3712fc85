"""What is written in each open visit and not yet sent or signed; the backend keeps it too."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from clinic_tui.client.link_events import DraftRestored
from clinic_tui.i18n import _
from clinic_tui.protocol.limits import DRAFT_LIMIT
from clinic_tui.protocol.text import is_blank, safe_text
from clinic_tui.state.visit import Visit
from clinic_tui.widgets.texts import clock
from clinic_tui.widgets.workplace import DraftKind, Workplace

News = Literal["", "loaded", "other"]
"""What a draft from elsewhere did: nothing, replaced a text that was not touched, or waits beside it."""


@dataclass
class Writing:
    """One text of one visit."""

    text: str
    revision: int
    """The newest saved draft that was taken in."""
    edited: bool = False
    """Whether the user has changed it since it was loaded."""
    other: str | None = None
    """A draft written elsewhere meanwhile, kept until the user has chosen."""


class DraftBook:
    """The texts by case and kind. What is on this screen is never replaced while it is being written.

    One's own saves are known by the name of this workstation: what comes back of them changes nothing here,
    however late it comes and however the backend has cleaned it.
    """

    def __init__(self, save: Callable[[str, DraftKind, str], None], client: str = "") -> None:
        self._save = save
        self._client = client
        self._writings: dict[tuple[str, DraftKind], Writing] = {}

    def text(self, visit: Visit, kind: DraftKind) -> str:
        """The text as it stands: what is written here, else the saved draft, else the note's auto-history."""
        return self._writing(visit, kind).text

    def edit(self, visit: Visit, kind: DraftKind, text: str) -> bool:
        """Take what the user has written and have it saved; False when it is no change."""
        writing = self._writing(visit, kind)
        if text == writing.text:
            return False
        writing.text, writing.edited = text, True
        self._keep(visit, kind, writing)
        return True

    def clear(self, visit: Visit, kind: DraftKind) -> None:
        """The text was sent: nothing is left of it."""
        writing = self._writing(visit, kind)
        writing.text, writing.edited = "", False
        self._keep(visit, kind, writing)

    def take_in(self, visit: Visit, kind: DraftKind) -> News:
        """Look whether the desk has a draft that was written elsewhere, or left by an earlier run."""
        writing = self._writing(visit, kind)
        left = visit.restored.pop(kind, None)
        if left is not None and left.body != writing.text:
            return self._restore(writing, left, _start(visit, kind))
        revision = visit.draft_revision(kind)
        if revision <= writing.revision:
            return ""
        writing.revision = revision
        draft = visit.newest_draft(kind)
        body = draft.body if draft is not None else ""
        mine = draft is not None and bool(draft.client) and draft.client == self._client
        if mine or body == safe_text(writing.text):
            return ""
        if not writing.edited:
            writing.text = body or _start(visit, kind)
            return "loaded"
        if body:
            writing.other = body
            return "other"
        return ""

    def _restore(self, writing: Writing, left: DraftRestored, start: str) -> News:
        """Show a text that an earlier run left; beside what has been written since.

        An empty one tells that nothing was left of the text: it was sent, or removed. What the backend still
        has of it goes, unless it was written elsewhere since.
        """
        if writing.edited:
            writing.other = left.body or writing.other
            return "other" if left.body else ""
        stored, conflicts = writing.text, writing.revision > left.revision
        if left.body:
            writing.text, writing.edited = left.body, True
            writing.other = stored if conflicts and stored else None
        elif not conflicts:
            writing.text = start
        return "loaded"

    def has_other(self, visit: Visit, kind: DraftKind) -> bool:
        """Whether another draft waits to be chosen."""
        return self._writing(visit, kind).other is not None

    def swap(self, visit: Visit, kind: DraftKind) -> str:
        """Change places with the other draft, so that neither is lost; returns the text that now stands."""
        writing = self._writing(visit, kind)
        if writing.other is not None:
            writing.text, writing.other = writing.other, writing.text
            writing.edited = True
            self._keep(visit, kind, writing)
        return writing.text

    def status(self, visit: Visit, kind: DraftKind, *, connected: bool) -> str:
        """What has become of the draft, in a few words; empty when there is none."""
        writing = self._writing(visit, kind)
        draft = visit.draft(kind)
        if not writing.text:
            return ""
        if draft is not None and draft.body == safe_text(writing.text):
            return _("Draft saved {time}").format(time=clock(draft.saved_at))
        if not writing.edited:
            return ""
        if len(writing.text) > DRAFT_LIMIT:
            return _("Draft not saved: it is too long")
        if not connected:
            return _("Draft not saved: no contact")
        error = visit.not_saved.get(kind)
        if error is not None:
            return _("Draft not saved: {reason}").format(reason=error.user_text())
        return _("Saving the draft …")

    def revision(self, visit: Visit, kind: DraftKind) -> int:
        """The newest saved draft that was taken in here."""
        return self._writing(visit, kind).revision

    def touched(self, visit: Visit, kind: DraftKind) -> bool:
        """Whether the user has written in it here."""
        return self._writing(visit, kind).edited

    def edited(self, visit: Visit, kind: DraftKind) -> bool:
        """Whether the text differs from what the visit began with."""
        return self._writing(visit, kind).text != _start(visit, kind)

    def forget(self, case_id: str, *kinds: DraftKind) -> None:
        """The note is signed: the drafts are gone, all of them unless some are named."""
        for key in [key for key in self._writings if key[0] == case_id and key[1] in (kinds or (key[1],))]:
            del self._writings[key]

    def _writing(self, visit: Visit, kind: DraftKind) -> Writing:
        key = (visit.case_id, kind)
        found = self._writings.get(key)
        if found is None:
            draft = visit.draft(kind)
            text = draft.body if draft is not None else _start(visit, kind)
            found = self._writings[key] = Writing(text, visit.draft_revision(kind))
        return found

    def _keep(self, visit: Visit, kind: DraftKind, writing: Writing) -> None:
        if len(writing.text) <= DRAFT_LIMIT:
            self._save(visit.case_id, kind, writing.text)


def keeper(place: Workplace) -> Callable[[str, DraftKind, str], None]:
    """What saves a draft, and tells the rest of the program where something is written and not sent."""

    def save(case_id: str, kind: DraftKind, text: str) -> None:
        if kind == "message":
            place.writing[case_id] = not is_blank(text)
        place.save_draft(case_id, kind, text)

    return save


def _start(visit: Visit, kind: DraftKind) -> str:
    return visit.history.auto_history if kind == "note" else ""
