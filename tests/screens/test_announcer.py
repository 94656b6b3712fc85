"""What is told to the terminal: once a moment, by kinds alone, as one chose, and only while on shift."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from clinic_tui.announcer import BELL, Announcer, desktop_codes
from clinic_tui.client.link_events import LinkStatus
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.resources import Profile
from clinic_tui.protocol.team import NotifyChoice
from clinic_tui.state.changes import Changes
from clinic_tui.storage.config import Config, NotificationSettings
from tests.desks import NOW, case_id, message
from tests.hostile import CORE
from tests.screens.stage import StageApp, desk_snapshot
from tests.screens.test_notices import KINDS, notice
from tests.screens.test_team_view import talk

pytestmark = pytest.mark.usefixtures("english")
BOTH = "\x1b]777;notify;clinic-tui;{0}\x1b\\\x1b]9;{0}\x1b\\"


class Heard:
    """Keeps what is spoken; a moment passes when it is told to."""

    def __init__(self, at: str | None = None) -> None:
        self.codes: list[str] = []
        self.said: list[tuple[str, bool]] = []
        self.waiting: list[Callable[[], None]] = []
        self.at = at

    def write(self, codes: str) -> None:
        self.codes.append(codes)

    def say(self, text: str, *, warning: bool = False) -> None:
        self.said.append((text, warning))

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        assert seconds < 1
        self.waiting.append(act)

    def looks_at(self) -> str | None:
        return self.at

    def pass_moment(self) -> None:
        while self.waiting:
            self.waiting.pop()()


def made(heard: Heard, *, title: bool = False, **changes: Any) -> Announcer:
    settings = {name: changes.pop(name) for name in ("bell", "desktop") if name in changes}
    app = StageApp(shown=desk_snapshot(**changes))
    app.place.config = Config(notifications=NotificationSettings(title=title, **settings))
    app.desk.connection = LinkStatus(state="live")
    return Announcer(app.place, heard, {})


def profile(*choices: NotifyChoice) -> Profile:
    return Profile(staff_id="anna", username="anna", display_name="Anna", title="", notify=choices)


def test_a_notice_rings_and_shows_its_kind_on_the_desktop_and_with_names_in_the_program() -> None:
    heard = Heard()
    announcer = made(heard)
    announcer.news(Changes(noticed=(notice(1, "handed_over"),)))
    assert heard.codes == []
    heard.pass_moment()
    text = "Clinic: a colleague wants to hand a case over to you"
    assert heard.codes == [BELL + BOTH.format(text)]
    assert heard.said == [
        ("Ebba Nyman wants to hand over to you: Karin Lindström, 71 years. Ctrl+L shows it.", True)
    ]


def test_several_in_one_moment_are_one() -> None:
    heard = Heard()
    announcer = made(heard)
    announcer.news(Changes(noticed=(notice(1), notice(2, "invited"))))
    announcer.news(Changes(arrived=(message(1),)))
    heard.pass_moment()
    assert heard.codes == [BELL + BOTH.format("Clinic: 3 things happened")]


def test_a_message_rings_in_other_visits_than_the_one_on_the_screen() -> None:
    here, elsewhere = Heard(at=case_id(1)), Heard(at=case_id(2))
    for heard in (here, elsewhere):
        made(heard).news(Changes(arrived=(message(1),)))
        heard.pass_moment()
    assert here.codes == []
    assert elsewhere.codes == [BELL + BOTH.format("Clinic: a resident has written")]


def test_what_a_colleague_writes_in_the_conversation_on_the_screen_is_read_and_not_told() -> None:
    for read, told in ((1, 0), (0, 1)):
        heard = Heard()
        announcer = made(heard)
        conversation = talk("t1", "Hej.", read=read)
        announcer._place.desk.team.conversations["t1"] = conversation
        announcer.news(Changes(noticed=(notice(1, "conversation", conversation_id="t1"),)))
        heard.pass_moment()
        assert (len(heard.said), len(heard.codes)) == (told, told)


@pytest.mark.parametrize("kind", KINDS)
def test_no_name_and_no_reason_reaches_the_terminal(kind: Any) -> None:
    heard = Heard()
    made(heard, title=True).news(Changes(noticed=(notice(1, kind, detail="Hosta", case_id=None),)))
    heard.pass_moment()
    told = "".join(heard.codes)
    assert "Clinic: " in told
    for word in ("Karin", "Lindström", "Ebba", "Hosta", "71"):
        assert word not in told


def test_nothing_is_told_after_the_shift_nor_when_signed_out() -> None:
    late, out = Heard(), Heard()
    made(late, shift_ends_at=NOW - timedelta(minutes=1)).news(Changes(noticed=(notice(1),)))
    announcer = made(out)
    announcer._place.desk.connection = LinkStatus(state="ended")
    announcer.news(Changes(noticed=(notice(1),)))
    for heard in (late, out):
        heard.pass_moment()
        assert heard.codes == []


def test_kinds_that_one_does_not_want_are_not_told() -> None:
    heard = Heard()
    announcer = made(heard, profile=profile(NotifyChoice(kind="assigned", terminal=False)))
    announcer.news(Changes(noticed=(notice(1, "assigned"), notice(2, "handed_over"))))
    assert heard.waiting == []
    announcer.news(Changes(noticed=(notice(3, "sms_failed"),)))
    heard.pass_moment()
    assert len(heard.codes) == 1


def test_bell_and_desktop_can_be_switched_off() -> None:
    heard = Heard()
    made(heard, bell=False, desktop=False).news(Changes(noticed=(notice(1),)))
    heard.pass_moment()
    assert heard.codes == []
    assert len(heard.said) == 1


def test_the_window_title_counts_what_is_unread_and_goes_back() -> None:
    heard = Heard()
    announcer = made(heard, title=True, notices=(notice(1), notice(2)))
    announcer.show_title()
    assert heard.codes == ["\x1b[22;2t\x1b]2;(2) clinic-tui\x1b\\"]
    announcer.show_title()
    announcer._place.desk.team.mark_read("n02")
    announcer.show_title()
    assert heard.codes[1:] == ["\x1b]2;clinic-tui\x1b\\"]
    assert announcer.restore() == "\x1b[23;2t"


def test_a_title_that_was_never_changed_is_not_given_back() -> None:
    heard = Heard()
    announcer = made(heard, title=True)
    announcer.show_title()
    assert heard.codes == []
    assert announcer.restore() == ""


@pytest.mark.parametrize("hostile", CORE, ids=lambda one: one.name)
def test_a_hostile_name_acts_on_nothing(hostile: Any) -> None:
    heard = Heard()
    made(heard, title=True).news(
        Changes(noticed=(notice(1, who=StaffRef(id="x", name=hostile.text), detail=hostile.text),))
    )
    heard.pass_moment()
    assert heard.codes == [BELL + BOTH.format("Clinic: a case has been given to you")]


@pytest.mark.parametrize(
    ("environment", "starts"),
    [
        ({"TERM_PROGRAM": "iTerm.app"}, ["\x1b]9;"]),
        ({"TERM": "xterm-kitty"}, ["\x1b]9;"]),
        ({"WT_SESSION": "1"}, ["\x1b]9;"]),
        ({"VTE_VERSION": "7000", "TERM": "xterm-256color"}, ["\x1b]777;"]),
        ({"TERM": "foot"}, ["\x1b]777;"]),
        ({"TERM": "xterm-256color"}, ["\x1b]777;", "\x1b]9;"]),
        ({"ConEmuANSI": "ON"}, []),
        ({"TERM": "linux"}, []),
    ],
)
def test_each_terminal_gets_the_code_it_understands(environment: dict[str, str], starts: list[str]) -> None:
    codes = desktop_codes(environment)
    assert [code[: len(start)] for code, start in zip(codes, starts, strict=True)] == starts
