"""A short form in a dialog: lines to fill in, each with what is wrong with it below."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from textual import on
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Input, Static

from clinic_tui.client.errors import ClientError, Rejected
from clinic_tui.i18n import _
from clinic_tui.protocol.command import Command
from clinic_tui.protocol.limits import LINE_LIMIT
from clinic_tui.protocol.text import safe_line
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.modal import Way, paragraph
from clinic_tui.widgets.plain import plain_line
from clinic_tui.widgets.writing_dialog import SendingDialog, Submit
from styles import css_paths

Values = Mapping[str, str]
Check = Callable[[Values], tuple[str, str] | None]
"""The field that is wrong, and why; None where all is right."""
Make = Callable[[Values], Command]
"""The command that saves what is written."""


@dataclass(frozen=True)
class Field:
    """One line of the form."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    limit: int = LINE_LIMIT


class FieldsDialog(SendingDialog[bool]):
    """Gives True once it is saved."""

    CSS_PATH = css_paths("base", "dialogs", "team_dialogs")

    def __init__(
        self,
        title: str,
        fields: Sequence[Field],
        check: Check,
        make: Make,
        submit: Submit,
        *,
        text: str = "",
    ) -> None:
        super().__init__()
        self._title, self._fields, self._text = title, fields, text
        self._check, self._make, self._submit = check, make, submit

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

    @property
    def written(self) -> bool:
        """Whether something else stands in the fields than at first."""
        return self.values != {one.name: one.value.strip() for one in self._fields}

    @on(Input.Submitted)
    def _next(self) -> None:
        self.focus_next()

    def _say(self, text: str, field: str = "") -> None:
        self.tell(text)
        if field:
            self.query_one(f"#field-{field}").focus()

    def act(self, _key: str, /) -> None:
        """Save where that can be done."""
        problem = self._check(self.values)
        if problem is not None:
            self._say(problem[1], problem[0])
        else:
            self.send(self._make(self.values), self._submit, lambda _answer: self.dismiss(True))

    def refused(self, error: ClientError) -> None:
        """Say what is wrong, at its field where the backend names one."""
        names = {one.name for one in self._fields}
        field = error.problem.field if isinstance(error, Rejected) and error.problem else None
        self._say(error.user_text(), field if field in names and field else "")
