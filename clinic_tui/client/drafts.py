"""Unsent text: saved on the backend within a second, one save at a time for each draft."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from clinic_tui.client.errors import ClientError, Conflict, Offline, ServerBroken, TooMany
from clinic_tui.client.keeper import Keeper
from clinic_tui.client.link_events import DraftNotSaved, DraftSaved
from clinic_tui.client.unsent import DraftKind, DraftPlace
from clinic_tui.protocol.commands import DraftAnswer, SaveDraft
from clinic_tui.protocol.ids import new_id

Send = Callable[[SaveDraft], Awaitable[DraftAnswer]]
Notify = Callable[[DraftSaved | DraftNotSaved], None]

SAVE_AFTER = 0.5
"""Seconds from the first unsaved change to its save."""
_TRY_AGAIN = 2.0


@dataclass(eq=False)
class _Draft:
    body: str
    revision: int
    dirty: bool = True
    keeping: asyncio.TimerHandle | None = None
    """Its text is given to the keeper when this fires."""
    task: "asyncio.Task[None] | None" = None


class Drafts:
    """Keeps the newest text of each draft until the backend has it. Belongs to one event loop."""

    def __init__(self, send: Send, notify: Notify, keeper: Keeper) -> None:
        self._send = send
        self._keeper = keeper
        self._notify = notify
        self._drafts: dict[DraftPlace, _Draft] = {}
        self._hurry = asyncio.Event()

    @property
    def unsaved(self) -> int:
        """How many drafts the backend does not have as they are."""
        return sum(draft.task is not None for draft in self._drafts.values())

    def __contains__(self, place: DraftPlace) -> bool:
        return place in self._drafts

    def is_saving(self, place: DraftPlace) -> bool:
        """Whether the draft is on its way to the backend."""
        draft = self._drafts.get(place)
        return draft is not None and draft.task is not None

    def put(self, case_id: str, kind: DraftKind, body: str, revision: int) -> None:
        """Take the text as it is now; `revision` is the saved draft it was written on."""
        key = (case_id, kind)
        draft = self._drafts.get(key)
        if draft is None:
            self._drafts[key] = draft = _Draft(body, revision)
        draft.body, draft.dirty, draft.revision = body, True, max(draft.revision, revision)
        if not body:
            self._keep(key, draft)  # its text was sent: it must not come back beside the message
        elif draft.keeping is None:
            draft.keeping = asyncio.get_running_loop().call_later(SAVE_AFTER, self._keep, key, draft)
        if draft.task is None:
            draft.task = asyncio.create_task(self._run(key, draft), name="draft")

    def drop(self, case_id: str, kind: DraftKind) -> None:
        """Its text has become something else: nothing is saved or kept of it any more."""
        draft = self._drafts.pop((case_id, kind), None)
        if draft is not None:
            self._stop(draft)
        self._keeper.draft_settled(case_id, kind)

    def _settle(self, key: DraftPlace, draft: _Draft) -> None:
        if draft.keeping is not None:
            draft.keeping.cancel()
            draft.keeping = None
        self._keeper.draft_settled(*key)

    def keep_all(self) -> None:
        """Give every text that is not saved to the keeper now."""
        for key, draft in self._drafts.items():
            if draft.keeping is not None:
                self._keep(key, draft)

    def _keep(self, key: DraftPlace, draft: _Draft, *, sent: bool = False) -> "asyncio.Future[None]":
        if draft.keeping is not None:
            draft.keeping.cancel()
            draft.keeping = None
        return self._keeper.draft(*key, draft.body, draft.revision, sent=sent)

    async def drain(self) -> None:
        """Save everything now and wait for it."""
        self._hurry.set()
        try:
            while tasks := [draft.task for draft in self._drafts.values() if draft.task is not None]:
                await asyncio.wait(tasks)
        finally:
            self._hurry.clear()

    def let_go(self) -> None:
        """Save nothing any more; what is not saved stays with the keeper."""
        self.keep_all()
        for draft in self._drafts.values():
            self._stop(draft)
        self._drafts.clear()

    def _stop(self, draft: _Draft) -> None:
        if draft.keeping is not None:
            draft.keeping.cancel()
        if draft.task is not None:
            draft.task.cancel()

    async def _run(self, key: DraftPlace, draft: _Draft) -> None:
        try:
            while draft.dirty:
                await self._pause(SAVE_AFTER)
                draft.dirty = False
                await self._save(key, draft)
        finally:
            draft.task = None

    async def _save(self, key: DraftPlace, draft: _Draft) -> None:
        """Save once; without an answer the same command is sent again, for it may have been done."""
        case_id, kind = key
        command = SaveDraft(
            command_id=new_id(), case_id=case_id, kind=kind, body=draft.body, revision=draft.revision
        )
        await asyncio.shield(self._keep(key, draft, sent=True))
        while True:
            try:
                answer = await self._send(command)
            except (Offline, ServerBroken, TooMany) as error:
                self._notify(DraftNotSaved(case_id, kind, error))
                await asyncio.sleep(error.retry_after if isinstance(error, TooMany) else _TRY_AGAIN)
                continue
            except ClientError as error:
                if isinstance(error, Conflict) and error.current_version is not None:
                    draft.revision = max(draft.revision, error.current_version)
                self._notify(DraftNotSaved(case_id, kind, error))
                if not command.body and not draft.dirty:
                    self._settle(key, draft)
                return
            draft.revision = max(draft.revision, answer.draft.revision)
            if not draft.dirty:
                self._settle(key, draft)
            self._notify(DraftSaved(answer.draft))
            return

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._hurry.wait()
        except TimeoutError:
            return
