"""The older messages of open visits: fetched a page at a time, as far back as there are any."""

from functools import partial
from typing import TYPE_CHECKING

from clinic_tui.client.errors import ClientError
from clinic_tui.protocol.resources import MessagePage
from clinic_tui.state.changes import Changes

if TYPE_CHECKING:
    from clinic_tui.app import ClinicApp


class OlderPages:
    """Asks for the next page of each visit that has one, once at a time."""

    def __init__(self, app: "ClinicApp") -> None:
        self._app = app
        self._fetching: set[str] = set()

    def fetch(self, changes: Changes) -> None:
        """Ask for what the visits that changed still lack."""
        app = self._app
        visits = app.room.desk.visits
        for case_id in list(visits) if changes.everything else changes.visits:
            visit = visits.get(case_id)
            if visit is not None and visit.before and visit.messages and case_id not in self._fetching:
                self._fetching.add(case_id)
                page = app.link.fetch_messages(case_id, visit.messages[0].seq)
                app.fetch(page, partial(self._arrived, case_id), partial(self._failed, case_id))

    def _arrived(self, case_id: str, page: MessagePage) -> None:
        self._fetching.discard(case_id)
        self._app.take(self._app.room.desk.add_page(case_id, page))

    def _failed(self, case_id: str, error: ClientError) -> None:
        self._fetching.discard(case_id)
        self._app.say(error.user_text(), warning=True)
