import pytest

from clinic_tui.client.errors import Forbidden
from clinic_tui.protocol.commands import PostMessage, SavePhrase
from clinic_tui.protocol.resources import PhraseInfo
from clinic_tui.protocol.text import safe_line, safe_text
from clinic_tui.widgets.composer import Composer
from screens.dialogs.phrase_form import PhraseForm
from screens.dialogs.phrase_picker import PhrasePicker, found_phrases
from tests.hostile import CORE, bad_code_points
from tests.screens.stage import text_of
from tests.screens.visit_stage import PHRASES, VisitStage, listening, settle, two_visits

pytestmark = pytest.mark.anyio


def composed(app: VisitStage) -> str:
    return app.screen_under_test.query_one(Composer).text


def test_the_search_looks_in_shortcut_title_and_content():
    assert [one.id for one in found_phrases(PHRASES, "HEJ")] == ["unit.hej"]
    assert [one.id for one in found_phrases(PHRASES, "komma")] == ["unit.tid"]
    assert [one.id for one in found_phrases(PHRASES, "ring {phone}")] == ["unit.tid"]
    assert [one.id for one in found_phrases(PHRASES, "svaret tack")] == ["mine.tack"]
    assert found_phrases(PHRASES, "finns ej") == []
    assert len(found_phrases(PHRASES, "  ")) == 3


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_phrase_is_searched_previewed_and_inserted(size):
    app = VisitStage()
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await pilot.press("f4", *"tid")
        await settle(pilot)
        assert isinstance(app.screen, PhrasePicker)
        shown = text_of(app)
        assert "{tid?}" in shown
        assert "Ring annars 021-12 34 56" in shown.replace("\n", " ") or "021-12" in shown
        await pilot.press("enter")
        await settle(pilot)
        assert composed(app) == "Kan du komma kl. {tid?} i dag? Ring annars 021-12 34 56."
        assert app.screen.query_one(Composer).area.selected_text == "{tid?}"


async def test_arrows_walk_the_list_while_the_search_has_the_focus():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f4", "down", "enter")
        await settle(pilot)
        assert composed(app) == "Hej Karin. Jag heter Anna Ek och arbetar på Ekens vårdcentral."


async def test_the_sent_message_names_its_phrase():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f4", *"tack", "enter")
        await settle(pilot)
        await pilot.press("ctrl+j")
        await settle(pilot)
        assert [(one.body, one.phrase_id) for one in app.sent(PostMessage)] == [
            ("Tack för svaret.", "mine.tack")
        ]


async def test_a_shortcut_and_enter_insert_the_phrase_in_place_of_the_word():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("a", "space", *"tack", "enter")
        await settle(pilot)
        assert composed(app) == "a Tack för svaret."


async def test_escape_inserts_nothing():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f4", "t", "escape")
        await settle(pilot)
        assert composed(app) == ""
        assert app.screen is app.screen_under_test


async def test_a_phrase_of_ones_own_is_made_and_chosen():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f4", "ctrl+n")
        await settle(pilot)
        assert isinstance(app.screen, PhraseForm)
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert app.sent(SavePhrase) == []
        await pilot.press(*"vila", "tab", *"Vila", "tab", *"Vila")
        await pilot.press("ctrl+s")
        await settle(pilot)
        sent = app.sent(SavePhrase)[0]
        assert (sent.phrase_id, sent.shortcut, sent.title, sent.body) == (None, "vila", "Vila", "Vila")
        assert isinstance(app.screen, PhrasePicker)
        await pilot.press("enter")
        await settle(pilot)
        assert composed(app) == "Vila"


async def test_only_ones_own_phrases_can_be_changed():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f4", "down", "ctrl+e")
        await settle(pilot)
        assert isinstance(app.screen, PhrasePicker)
        await pilot.press("up", "ctrl+e")
        await settle(pilot)
        assert isinstance(app.screen, PhraseForm)
        await pilot.press("tab", "tab", "x", "ctrl+s")
        await settle(pilot)
        assert [one.phrase_id for one in app.sent(SavePhrase)] == ["mine.tack"]


@pytest.mark.parametrize(
    ("shortcut", "title", "body"),
    [("a b", "T", "B"), ("a", " ", "B"), ("a", "T", " "), ("a", "T", "{patient}")],
)
async def test_a_phrase_that_cannot_work_is_not_saved(shortcut, title, body):
    app = VisitStage()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("f4", "ctrl+n")
        await settle(pilot)
        form = app.screen
        assert isinstance(form, PhraseForm)
        form.shortcut.value, form.title_field.value = shortcut, title
        form.area.replace_text(body)
        await settle(pilot)
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert form.problem()
        assert form.problem()[:20] in text_of(app)
        assert app.sent(SavePhrase) == []


async def test_a_phrase_that_is_refused_stays_to_be_saved_again():
    app = VisitStage()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f4", "ctrl+e")
        await settle(pilot)
        await pilot.press("x")
        app.asked.refuse = Forbidden()
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert isinstance(app.screen, PhraseForm)
        assert Forbidden().user_text() in text_of(app)
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(app.screen, PhraseForm)


async def test_hostile_phrases_neither_act_nor_hide():
    phrases = tuple(
        PhraseInfo(
            id=f"p{number}",
            scope="unit",
            shortcut=safe_line(one.text)[:20],
            title=safe_line(one.text)[:80],
            body=safe_text(one.text)[:4000],
        )
        for number, one in enumerate(CORE)
    )
    app = VisitStage(two_visits(phrases=phrases))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f4")
        await listening(pilot)
        for _phrase in phrases:
            await pilot.press("down")
            await pilot.pause()
            assert not bad_code_points(text_of(app))
