"""The profile as a form: name, title and mobile, and how the resident sees them."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from clinic_tui.i18n import _
from clinic_tui.protocol.limits import LINE_LIMIT, NAME_LIMIT
from clinic_tui.protocol.resources import Profile
from clinic_tui.protocol.text import safe_line
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.plain import plain, plain_line

"""Characters that the backend takes (protocol/commands.py, SaveProfile)."""
FIELDS = ("display_name", "title", "mobile")


class ProfileForm(Vertical):
    """Three fields with an error line each and a preview; what is being written is never overwritten."""

    DEFAULT_CSS = """
    ProfileForm { height: auto; width: 1fr; }
    ProfileForm .label { height: 1; color: $muted; }
    ProfileForm .error { height: 1; color: $warning; }
    ProfileForm LineInput { max-width: 60; }
    ProfileForm #preview { height: auto; max-width: 60; background: $panel; padding: 1 2; margin-bottom: 1; }
    """

    def __init__(self) -> None:
        super().__init__(id="profile")
        self._stored = dict.fromkeys(FIELDS, "")

    def compose(self) -> ComposeResult:
        """Fields and preview."""
        labels = {
            "display_name": _("Name"),
            "title": _("Title"),
            "mobile": _("Mobile, for text messages to you; residents never see it"),
        }
        for name in FIELDS:
            yield Static(labels[name], classes="label", markup=False)
            yield LineInput(limit=NAME_LIMIT if name == "display_name" else LINE_LIMIT, id=name)
            yield Static(id=f"{name}-error", classes="error")
        yield Static(_("How the resident sees you"), classes="label", markup=False)
        yield Static(id="preview")

    def show(self, profile: Profile) -> None:
        """Show the stored profile, save where the user has written something else."""
        for name in FIELDS:
            stored: str = getattr(profile, name)
            field = self.query_one(f"#{name}", Input)
            if field.value == self._stored[name] or field.value.strip() == stored:
                field.value = stored
            self._stored[name] = stored
        self._preview()

    @property
    def values(self) -> dict[str, str]:
        """What is written, by field."""
        return {name: safe_line(self.query_one(f"#{name}", Input).value).strip() for name in FIELDS}

    @property
    def changed(self) -> bool:
        """Whether something is written that is not stored."""
        return self.values != self._stored

    def say(self, field: str, text: str) -> None:
        """Say what is wrong with a field, below it; an empty text clears it."""
        self.query_one(f"#{field}-error", Static).update(plain(text))
        if text:
            self.query_one(f"#{field}").focus()

    def clear(self) -> None:
        """Take all errors away."""
        for name in FIELDS:
            self.say(name, "")

    @on(Input.Changed)
    def _written(self, event: Input.Changed) -> None:
        self.query_one(f"#{event.input.id}-error", Static).update("")
        self._preview()

    def _preview(self) -> None:
        values = self.values
        title = ", " + values["title"] if values["title"] else ""
        greeting = _("Hello. I have read what you wrote.")
        self.query_one("#preview", Static).update(
            Content.assemble(
                plain_line(values["display_name"] or "–", "$accent bold"),
                plain_line(title, "$accent"),
                ("  09:15\n", "$muted"),
                ("▎ ", "$accent"),
                greeting,
            )
        )
