"""The command palette: every action that can be performed now, found by name."""

from collections.abc import Iterable
from functools import partial

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from clinic_tui.actions.action import Action
from clinic_tui.domain.filters import fold
from clinic_tui.i18n import _
from clinic_tui.widgets.clinic_screen import ClinicScreen
from clinic_tui.widgets.scope_texts import shown_keys
from clinic_tui.widgets.wrapping import fit
from styles import css_paths

_KEY, _TITLE = 10, 20
_IN_HELP = 0.3
"""The score of an action whose help alone has the words; a title that fits scores higher."""


class ActionsProvider(Provider):
    """Offers the actions of the view below the palette; what cannot be done now is not offered."""

    async def discover(self) -> Hits:
        """Every action, most used first."""
        for action in self._actions():
            yield DiscoveryHit(self._line(action), partial(self._perform, action.id), _(action.title))

    async def search(self, query: str) -> Hits:
        """The actions whose title is like the query, then those whose help has it."""
        matcher = self.matcher(query)
        found = False
        for action in self._actions():
            title = _(action.title)
            score = matcher.match(title) or (_IN_HELP if fold(query) in fold(_(action.help)) else 0)
            if score > 0:
                found = True
                yield Hit(score, self._line(action), partial(self._perform, action.id), title)
        if not found:
            nothing = Content.styled(_("Nothing by that name can be done here now."), "$muted not bold")
            yield Hit(0.01, nothing, _nothing, query)

    def _actions(self) -> Iterable[Action]:
        screen = self.screen
        if isinstance(screen, ClinicScreen):
            yield from (action for action in screen.actions_now() if action.id != "app.palette")

    def _line(self, action: Action) -> Content:
        screen = self.screen
        keys = shown_keys(screen.place.keymap, action) if isinstance(screen, ClinicScreen) else ""
        return Content.assemble(
            (fit(keys, _KEY), "$accent not bold"),
            (fit(_(action.title), _TITLE), "bold"),
            (" " + _(action.help), "$muted not bold"),
        )

    def _perform(self, action_id: str) -> None:
        if isinstance(self.screen, ClinicScreen):
            self.screen.action_perform(action_id)


class ActionsPalette(CommandPalette):
    """Textual's palette with our actions, words and colours."""

    CSS_PATH = css_paths("base", "palette")

    def __init__(self) -> None:
        super().__init__([ActionsProvider], placeholder=_("What do you want to do?"))


def _nothing() -> None:
    """What comes of choosing the line that says that there is nothing."""
