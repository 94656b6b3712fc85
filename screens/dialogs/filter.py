"""The global filter: what is shown in every view, with what it hides counted as one chooses."""

from collections import Counter
from collections.abc import Iterable, Sequence

from textual import events, on
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from clinic_tui.domain.filters import GlobalFilter, Owner
from clinic_tui.i18n import _, ngettext
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.protocol.text import safe_line
from clinic_tui.state.changes import Changes
from clinic_tui.state.queue_view import QueueView
from clinic_tui.widgets.check_list import CheckGroup, CheckItem
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.modal import ClinicDialog, Way, WayRow, paragraph
from clinic_tui.widgets.texts import kind_text, role_text, service_text
from clinic_tui.widgets.workplace import Workplace
from styles import css_paths

TEXT_LIMIT = 100
"""Characters of the words to look for."""


class FilterDialog(ClinicDialog[GlobalFilter | None]):
    """Chooses units, roles, kinds, services, priorities, owner and words (slides 20-21).

    Nothing chosen in a group shows all of it. The result is the new filter, or None to leave it as it is.
    """

    CSS_PATH = css_paths("base", "dialogs", "filter")
    QUIET = 0.0

    def __init__(self, place: Workplace, *, search: bool = False, first: bool = False) -> None:
        super().__init__()
        self.place = place
        self.search = search
        """Whether to start in the words."""
        self.first = first
        """Whether this is the first time on the device, when a filter must be confirmed (slide 21)."""
        self.chosen = GlobalFilter() if first else place.drop_in.filter
        """The filter as chosen so far."""
        self._trial = QueueView(place.desk, self.chosen)
        self._counts = Static(id="filter-counts")

    def heading(self) -> str:
        """What it is about."""
        return _("What do you want to see?") if self.first else _("Filter")

    def ways(self) -> Sequence[Way]:
        """Use it, show everything, leave it."""
        if self.first:
            return [Way("enter", _("Use this filter")), Way("escape", _("Show everything"))]
        return [
            Way("enter", _("Use it")),
            Way("a", _("Show everything")),
            Way("escape", _("Leave it as it was")),
        ]

    def compose_body(self) -> Iterable[Widget]:
        """Words, groups and counts."""
        if self.first:
            yield paragraph(
                _(
                    "This is your first time on this device, so nothing is filtered yet. The choice holds in"
                    " every view and is kept for your next sign-in. {key} changes it at any time."
                ).format(key=self.place.keymap.shown("filter.edit"))
            )
        else:
            yield paragraph(_("Holds in every view. A group with nothing chosen shows all."), "$muted")
        yield LineInput(
            self.chosen.text,
            placeholder=_("Words in the name or the reason"),
            limit=TEXT_LIMIT,
            id="filter-text",
        )
        everything = _("all")
        with Horizontal(classes="filter-groups"):
            yield CheckGroup(_("Priority"), none_text=everything, id="filter-priorities")
            yield CheckGroup(_("Role"), none_text=everything, id="filter-roles")
            yield CheckGroup(_("Owner"), single=True, id="filter-owner")
        with Horizontal(classes="filter-groups"):
            yield CheckGroup(_("Unit"), none_text=everything, id="filter-units")
            yield CheckGroup(_("Kind"), none_text=everything, id="filter-kinds")
            yield CheckGroup(_("Service"), none_text=everything, id="filter-services")

    def on_mount(self) -> None:
        """Fill the groups with what there is."""
        self.query_one("#dialog").mount(self._counts, before="#dialog-ways")
        self._fill()
        self._show_counts()

    def first_focus(self) -> Widget | None:
        """The words when one searches, the first group when one filters."""
        if self.search:
            return self.query_one("#filter-text")
        if self.first:
            return next((row for row in self.query(WayRow) if row.way.key == "enter"), None)
        return self.query_one("#filter-priorities")

    def show_changes(self, changes: Changes) -> None:
        """Count anew when cases came or went below the dialog."""
        if changes.rows or changes.everything:
            self._trial.apply(changes)
            self._fill()
            self._show_counts()

    def _group(self, name: str) -> CheckGroup:
        return self.query_one(f"#filter-{name}", CheckGroup)

    def _fill(self) -> None:
        rows, people = list(self.place.desk.rows), self.place.desk.people
        chosen = self.chosen
        units = {unit.id: unit.name for unit in people.units.values()}
        self._show_group("units", units.keys() | chosen.units, units, Counter(row.unit_id for row in rows))
        roles = {role: role_text(role) for role in people.roles_seen | chosen.roles}
        self._show_group("roles", roles, roles, Counter(row.queue_role for row in rows))
        kinds = {kind: kind_text(kind) for kind in {row.kind for row in rows} | chosen.kinds | {"drop_in"}}
        self._show_group("kinds", kinds, kinds, Counter(row.kind for row in rows))
        found = {row.service_code for row in rows} | chosen.services
        services = {service: service_text(service) for service in found}
        self._show_group("services", services, services, Counter(row.service_code for row in rows))
        self._fill_priorities(rows)
        owners = [
            CheckItem(Owner.ANYONE, _("Anyone")),
            CheckItem(Owner.ME, _("Me")),
            CheckItem(Owner.NOBODY, _("Nobody")),
        ]
        self._group("owner").show(owners, {chosen.owner})

    def _show_group(
        self, name: str, keys: Iterable[str], labels: dict[str, str], counts: "Counter[str]"
    ) -> None:
        ordered = sorted(keys, key=lambda key: labels.get(key, key).casefold())
        items = [CheckItem(key, labels.get(key, key), str(counts[key] or "")) for key in ordered]
        group = self._group(name)
        group.show(items, getattr(self.chosen, name))
        group.display = bool(items)

    def _fill_priorities(self, rows: Sequence[CaseRow]) -> None:
        names = {info.priority: info.name for info in self.place.desk.people.region.priorities}
        counts = Counter(row.priority for row in rows)
        numbers = sorted(names.keys() | {one for one in counts if one is not None} | self.chosen.priorities)
        items = [CheckItem(str(one), names.get(one, ""), str(counts[one] or ""), one) for one in numbers]
        self._group("priorities").show(items, map(str, self.chosen.priorities))

    @on(CheckGroup.Changed)
    @on(Input.Changed, "#filter-text")
    def _choose(self) -> None:
        """Take in what is marked and written, and count what it would show."""
        self.chosen = GlobalFilter(
            units=self._group("units").chosen,
            roles=self._group("roles").chosen,
            kinds=self._group("kinds").chosen,
            services=self._group("services").chosen,
            priorities=frozenset(map(int, self._group("priorities").chosen)),
            owner=Owner(next(iter(self._group("owner").chosen), Owner.ANYONE)),
            text=safe_line(self.query_one("#filter-text", Input).value),
        )
        self._trial.set_filter(self.chosen)
        self._show_counts()

    @property
    def counts_text(self) -> str:
        """How many cases the filter as chosen shows, and how many waiting ones it hides."""
        counts, hidden = self._trial.counts, self._trial.hidden_waiting
        parts = [_("{shown} of {total} shown").format(shown=counts.shown, total=counts.total)]
        if hidden:
            text = ngettext("{count} waiting hidden", "{count} waiting hidden", hidden)
            parts.append(text.format(count=hidden))
        return ", ".join(parts)

    def _show_counts(self) -> None:
        shown, _comma, hidden = self.counts_text.partition(", ")
        content = Content.assemble((shown, "bold"), ("   " + hidden if hidden else "", "$warning bold"))
        self._counts.update(content)

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.take("enter")

    def on_key(self, event: events.Key) -> None:
        """The key that opened the dialog also uses the filter."""
        keys = [key.strip() for key in self.place.keymap.keys("filter.edit").split(",")]
        if event.key in keys:
            event.stop()
            event.prevent_default()
            self.take("enter")
        elif event.key in {"up", "down"} and isinstance(self.focused, Input):
            event.stop()
            event.prevent_default()
            self.focus_next() if event.key == "down" else self.focus_previous()

    def take(self, key: str) -> None:
        """Use the filter, empty it, or leave it as it was."""
        if key == "a":
            self.chosen = GlobalFilter()
            self.query_one("#filter-text", Input).value = ""
            self._trial.set_filter(self.chosen)
            self._fill()
            self._show_counts()
        elif key == "enter":
            self.dismiss(self.chosen)
        else:
            self.dismiss(GlobalFilter() if self.first else None)
