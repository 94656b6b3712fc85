"""My unsent texts as the backend keeps them, also in cases that are not open here."""

from collections.abc import Iterable, Iterator

from clinic_tui.protocol.resources import Draft

DraftPlace = tuple[str, str]
"""A case's id, and the kind of draft in it."""


class SavedDrafts:
    """The drafts that have words, by case and kind. Older news than what is known is ignored."""

    def __init__(self) -> None:
        self._drafts: dict[DraftPlace, Draft] = {}
        self._revisions: dict[DraftPlace, int] = {}
        """The newest revision known of each, also of those that are gone."""

    def __iter__(self) -> Iterator[Draft]:
        return iter(self._drafts.values())

    def __len__(self) -> int:
        return len(self._drafts)

    def get(self, case_id: str, kind: str) -> Draft | None:
        """The draft of this kind in a case, where it has words."""
        return self._drafts.get((case_id, kind))

    def load(self, drafts: Iterable[Draft]) -> None:
        """Start anew from a snapshot's drafts."""
        self._drafts = {(draft.case_id, draft.kind): draft for draft in drafts if draft.body}
        self._revisions = {place: draft.revision for place, draft in self._drafts.items()}

    def put(self, draft: Draft) -> bool:
        """Take in a draft as it was saved; whether one came or went."""
        place = (draft.case_id, draft.kind)
        if draft.revision <= self._revisions.get(place, 0):
            return False
        known = place in self._drafts
        self._revisions[place] = draft.revision
        if draft.body:
            self._drafts[place] = draft
        else:
            self._drafts.pop(place, None)
        return known != bool(draft.body)
