"""The tabs of the asynchronous chats: which cases each holds, and what an empty one says."""

from collections.abc import Sequence
from typing import Literal

from clinic_tui.domain.filters import matches
from clinic_tui.i18n import _, ngettext
from clinic_tui.state.queue_view import FilterFacts
from clinic_tui.widgets.chat_rows import SOON, VERY_SOON, drafts
from clinic_tui.widgets.view_tabs import ViewTab
from clinic_tui.widgets.workplace import Workplace

Tab = Literal["unassigned", "my_chats", "colleagues_chats", "active_chats", "ended", "drafts", "by_expiry"]
TABS: tuple[Tab, ...] = (
    "unassigned",
    "my_chats",
    "colleagues_chats",
    "active_chats",
    "ended",
    "drafts",
    "by_expiry",
)
"""The tabs in their order (slide 33, domain.md 3)."""


class ChatTabs:
    """Answers what is in a tab under the global filter."""

    def __init__(self, place: Workplace) -> None:
        self._place = place

    def ids(self, tab: Tab) -> Sequence[str]:
        """The ids of the tab's cases, in order."""
        if tab == "ended":
            me, chosen = self._place.desk.people.staff_id, self._place.drop_in.filter
            found = self._place.ended.values()
            return [one.id for one in found if chosen.is_empty or matches(chosen, FilterFacts(one), me)]
        if tab == "drafts":
            return [draft.case_id for draft in drafts(self._place)]
        ids = self._place.lists[tab].ids()
        if tab == "by_expiry":
            until = self._place.now() + SOON
            rows = map(self._place.desk.rows.get, ids)
            return [row.id for row in rows if row is not None and row.expires_at and row.expires_at < until]
        return ids

    def tabs(self) -> list[ViewTab]:
        """Every tab with its count."""
        titles: dict[Tab, str] = {
            "unassigned": _("Unassigned"),
            "my_chats": _("Mine"),
            "colleagues_chats": _("Colleagues’"),
            "active_chats": _("Active"),
            "ended": _("Ended"),
            "drafts": _("Drafts"),
            "by_expiry": _("Expiring"),
        }
        return [ViewTab(tab, titles[tab], len(self.ids(tab)), self._needs_me(tab)) for tab in TABS]

    def _needs_me(self, tab: Tab) -> bool:
        """Whether the count is marked: a chat of mine waits for me, or one is about to close."""
        if tab == "my_chats":
            return self._place.lists["my_chats"].waiting > 0
        if tab == "by_expiry":
            first = self._place.lists["by_expiry"].row_at(0)
            return bool(first and first.expires_at and first.expires_at < self._place.now() + VERY_SOON)
        return False

    def empty_text(self, tab: Tab, problem: str = "") -> str:
        """What an empty tab says: why, and what to do. `problem` is why the ended could not be fetched."""
        if not self._place.desk.loaded:
            return _("Fetching the chats …")
        if tab == "drafts":
            return _("You have no unsent messages.\nWhat you write in a chat and do not send is kept here.")
        if tab == "ended":
            return problem or _("No chat has ended lately.")
        hidden = self._place.lists[tab].counts.hidden if tab != "by_expiry" else 0
        if hidden:
            return ngettext(
                "Nothing within the filter. The filter hides {count}: {key} changes it.",
                "Nothing within the filter. The filter hides {count}: {key} changes it.",
                hidden,
            ).format(count=hidden, key=self._place.keymap.shown("filter.edit"))
        texts: dict[Tab, str] = {
            "unassigned": _("Nobody waits to be taken on.\nNew messages from residents come here."),
            "my_chats": _("You have no chat to deal with.\n{key} starts one with a resident."),
            "colleagues_chats": _("Your colleagues have no open chats."),
            "active_chats": _("There are no open chats.\n{key} starts one with a resident."),
            "by_expiry": _("No chat closes by itself within 48 hours."),
        }
        return texts[tab].format(key=self._place.keymap.shown("chats.new"))
