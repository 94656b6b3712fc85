"""A short form in a dialog: lines to fill in, each with what is wrong with it below."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from textual import on
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Input, Static

from clinic_tui.client.errors import ClientError, Rejected
from clinic_tui.i18n import _
from clinic_tui.protocol.text import safe_line
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.modal import ClinicDialog, Way, paragraph
from clinic_tui.widgets.plain import plain, plain_line
from styles import css_paths

Values = Mapping[str, str]
Check = Callable[[Values], tuple[str, str] | None]
"""The field that is wrong, and why; None where all is right."""
Save = Callable[[Values, Callable[[], None], Callable[[ClientError], None]], None]
"""Sends what is written; exactly one of the two is called when that is done."""


@dataclass(frozen=True)
class Field:
    """One line of the form."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    limit: int = 200


class FieldsDialog(ClinicDialog[bool]):
    """Gives True once it is saved."""

    CSS_PATH = css_paths("base", "dialogs", "team_dialogs")
    QUIET = 0.0

    def __init__(
        self, title: str, fields: Sequence[Field], check: Check, save: Save, *, text: str = ""
    ) -> None:
        super().__init__()
        self._title, self._fields, self._check, self._save, self._text = title, fields, check, save, text
        self._saving = self._leaving = False

    def heading(self) -> str:
        """What is filled in."""
        return self._title

    def compose_body(self) -> Iterable[Widget]:
        """The fields."""
        if self._text:
            yield paragraph(self._text, "$muted")
        with Vertical(id="fields"):
            for field in self._fields:
                with Horizontal(classes="form-line"):
                    yield Static(plain_line(field.label), classes="form-label")
                    yield LineInput(
                        field.value, placeholder=field.hint, limit=field.limit, id=f"field-{field.name}"
                    )
            yield Static(id="dialog-problem")

    def first_focus(self) -> Widget | None:
        """The first field."""
        return self.query(LineInput).first()

    def ways(self) -> Sequence[Way]:
        """Save, or leave."""
        return (Way("ctrl+s", _("Save")), Way("escape", _("Cancel")))

    @property
    def values(self) -> dict[str, str]:
        """What is written, by field."""
        return {
            one.name: safe_line(self.query_one(f"#field-{one.name}", Input).value).strip()
            for one in self._fields
        }

    @on(Input.Changed)
    def _changed(self) -> None:
        self._leaving = False
        self._say("")

    @on(Input.Submitted)
    def _next(self) -> None:
        self.focus_next()

    def _say(self, text: str, field: str = "") -> None:
        self.query_one("#dialog-problem", Static).update(plain(text, "$warning"))
        if field:
            self.query_one(f"#field-{field}").focus()

    def take(self, key: str) -> None:
        """Save where that can be done; leave only what may be lost."""
        if key == "escape":
            written = self.values != {one.name: one.value.strip() for one in self._fields}
            if written and not self._leaving:
                self._leaving = True
                self._say(_("Esc once more throws away what you have written."))
                return
            self.dismiss(False)
            return
        problem = self._check(self.values)
        if problem is not None:
            self._say(problem[1], problem[0])
        elif not self._saving:
            self._saving = True
            self._save(self.values, self._saved, self._refused)

    def _saved(self) -> None:
        self.dismiss(True)

    def _refused(self, error: ClientError) -> None:
        self._saving = False
        names = {one.name for one in self._fields}
        field = error.problem.field if isinstance(error, Rejected) and error.problem else None
        self._say(error.user_text(), field if field in names and field else "")
