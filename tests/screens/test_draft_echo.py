"""What comes back of one's own drafts changes nothing, and the lines under the texts tell the truth."""

from datetime import timedelta

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Static

from clinic_tui.client.errors import Rejected
from clinic_tui.client.link_events import DraftNotSaved, LinkStatus
from clinic_tui.protocol.commands import SignNote
from clinic_tui.protocol.events import DraftChanged
from clinic_tui.protocol.limits import DRAFT_LIMIT, MESSAGE_LIMIT
from clinic_tui.protocol.resources import Draft, NotePart
from clinic_tui.protocol.text import safe_text
from clinic_tui.widgets.composer import Composer, ComposerText
from clinic_tui.widgets.note_editor import NoteArea, NoteEditor
from tests.desks import EBBA, NOW, case_id
from tests.screens.stage import text_of
from tests.screens.visit_stage import (
    AUTO_HISTORY,
    VisitStage,
    karin,
    listening,
    settle,
    talk,
    visit_detail,
    visits,
)

pytestmark = pytest.mark.anyio
HERE, ELSEWHERE = "0a", "0b"
FAMILY = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}"


def stage(*drafts: Draft) -> VisitStage:
    app = VisitStage(visits(visit_detail(karin(), talk(), drafts=drafts)))
    app.desk.connection = LinkStatus(state="live")
    return app


def draft(kind: str, body: str, revision: int, client: str = HERE, **more: object) -> Draft:
    values = {"case_id": case_id(1), "kind": kind, "revision": revision, "saved_at": NOW, "client": client}
    return Draft(body=safe_text(body), **(values | more))  # type: ignore[arg-type]


async def comes(app: VisitStage, pilot: Pilot[None], one: Draft) -> None:
    app.happen(DraftChanged(draft=one))
    await settle(pilot)


def composer(app: VisitStage) -> ComposerText:
    return app.screen_under_test.query_one(Composer).area


def note(app: VisitStage) -> NoteArea:
    return app.screen_under_test.query_one(NoteEditor).area


async def test_ones_own_draft_is_known_though_the_backend_has_cleaned_it() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        composer(app).post_message(events.Paste(f"Hej {FAMILY}\u200d!"))
        await settle(pilot)
        saved = app.saved[-1][2]
        await pilot.press("backspace", "x")
        await settle(pilot)
        await comes(app, pilot, draft("message", saved, 1))
        assert not app.screen_under_test.may("draft.other")
        assert composer(app).text.endswith("x")


async def test_a_joiner_does_not_stay_behind_when_what_it_joined_is_deleted() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        composer(app).post_message(events.Paste(FAMILY))
        await settle(pilot)
        await pilot.press("backspace")
        await settle(pilot)
        assert composer(app).text == safe_text(composer(app).text)


async def test_ones_own_late_draft_moves_neither_text_nor_caret_nor_what_can_be_undone() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press(*"abc", "left")
        await settle(pilot)
        for number in range(300):
            composer(app).insert(str(number % 10))
        await settle(pilot)
        text, caret = composer(app).text, composer(app).cursor_location
        await comes(app, pilot, draft("message", "ab", 1))
        assert (composer(app).text, composer(app).cursor_location) == (text, caret)
        await pilot.press("ctrl+z")
        assert composer(app).text != text


async def test_what_is_typed_while_a_draft_arrives_is_kept_before_it_is_looked_at() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        composer(app).insert("just typed")
        app.happen(DraftChanged(draft=draft("message", "från en annan skärm", 1, ELSEWHERE)))
        await settle(pilot)
        assert composer(app).text == "just typed"
        note(app).insert("just typed")
        app.happen(DraftChanged(draft=draft("note", "från en annan skärm", 1, ELSEWHERE)))
        await settle(pilot)
        assert "just typed" in note(app).text


async def test_what_was_sent_does_not_come_back_with_a_late_draft() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press(*"hej", "ctrl+j")
        await settle(pilot)
        await comes(app, pilot, draft("message", "hej", 1))
        assert composer(app).text == ""


async def test_the_line_below_says_saved_of_what_is_saved_alone() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press(*"abc")
        await settle(pilot)
        assert "Sparar utkastet …" in text_of(app)
        await comes(app, pilot, draft("message", "ab", 1))
        assert "Utkast sparat" not in text_of(app)
        await comes(app, pilot, draft("message", "abc", 2))
        assert "Utkast sparat 10:00" in text_of(app)
        refused = DraftNotSaved(case_id(1), "message", Rejected())
        await pilot.press("d")
        app.change(app.desk.draft_not_saved(refused))
        await settle(pilot)
        assert "Utkast inte sparat: " in text_of(app)


async def test_a_text_too_long_to_send_is_saved_and_one_too_long_to_save_says_so() -> None:
    app = stage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        composer(app).insert("x" * (MESSAGE_LIMIT + 1))
        await settle(pilot)
        assert len(app.saved[-1][2]) == MESSAGE_LIMIT + 1
        count = len(app.saved)
        note(app).insert("x" * (DRAFT_LIMIT + 1))
        await settle(pilot)
        assert len(app.saved) == count
        shown = text_of(app)
        assert "Utkast inte sparat: för långt" in shown
        assert "tecken för lång" in shown


async def test_a_note_that_came_with_the_case_says_who_wrote_what_and_is_what_is_signed() -> None:
    body = f"{AUTO_HISTORY}\nRonki basalt höger."
    part = NotePart(author=EBBA, at=NOW - timedelta(minutes=5), body=body)
    app = stage(draft("note", body, 4, ELSEWHERE, author=EBBA, parts=(part,)))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        shown = text_of(app)
        assert f"Kursivt: {EBBA.name} 09:55" in shown
        status = app.screen_under_test.query_one("#note-status", Static)
        assert f"ändrad av {EBBA.name}" in str(status.render())
        area = note(app)
        last = area.document.line_count - 1
        assert "italic" in {str(span.style) for span in area.get_line(last).spans}
        assert "italic" not in {str(span.style) for span in area.get_line(0).spans}
        await pilot.press("ctrl+n", "x")
        await settle(pilot)
        assert "ändrad av dig" in str(status.render())
        await pilot.press("f9")
        await listening(pilot)
        await pilot.press("s")
        await settle(pilot)
        (command,) = app.sent(SignNote)
        assert command.draft_revision == 4
        assert "Ronki basalt höger." in command.body
        assert EBBA.name not in command.body


async def test_another_text_of_the_note_is_named_before_it_is_signed_over() -> None:
    app = stage(draft("note", "Mitt", 1))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+n", "x")
        await settle(pilot)
        await comes(app, pilot, draft("note", "Ebbas", 2, ELSEWHERE, author=EBBA))
        assert f"Anteckningen ändrades av {EBBA.name}" in text_of(app)
        await pilot.press("f9")
        await listening(pilot)
        told = [str(line.render()) for line in app.screen.query(Static)]
        assert any("signeras inte och kastas" in text for text in told)
