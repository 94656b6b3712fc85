"""Where something is sent: a unit, and a role at it."""

from collections.abc import Callable, Iterable, Sequence

from textual import on
from textual.containers import Vertical
from textual.widget import Widget

from clinic_tui.domain.roles import Role
from clinic_tui.i18n import _
from clinic_tui.protocol.resources import UnitInfo
from clinic_tui.protocol.text import safe_line
from clinic_tui.state.people import People
from clinic_tui.widgets.booking_when import form_line
from clinic_tui.widgets.line_choice import LineChoice
from clinic_tui.widgets.texts import role_text


class UnitRole(Vertical):
    """One line to choose a unit on, where there is more than one, and one for the role."""

    DEFAULT_CSS = "UnitRole { height: auto; }"

    def __init__(
        self,
        people: People,
        units: Sequence[UnitInfo],
        *,
        unit_id: str = "",
        role: str = "",
        takes: Callable[[str], bool] = lambda _role: True,
        not_first: tuple[str, str] | None = None,
    ) -> None:
        """`unit_id` and `role` are chosen at first, else one's own, else nurses; `takes` leaves roles out.

        `not_first` is a unit and a role that are not proposed, where there are others.
        """
        super().__init__()
        self._people = people
        self._takes = takes
        self._not_first = not_first
        self._units = {unit.id: unit for unit in units if self.roles_of(unit)}
        mine = people.assignment
        self._own_role = mine.role if mine else ""
        self._unit = LineChoice(id="form-unit")
        names = [(unit.id, safe_line(unit.name)) for unit in self._units.values()]
        self._unit.show(names, unit_id or (mine.unit_id if mine else ""))
        self._role = LineChoice(id="form-role")
        self._fill(role)

    def compose(self) -> Iterable[Widget]:
        """Unit and role."""
        if len(self._units) > 1:
            yield form_line(_("Unit"), self._unit)
        yield form_line(_("Role"), self._role)

    @property
    def unit_id(self) -> str:
        """The chosen unit; empty where there is none to choose."""
        return self._unit.value

    @property
    def unit(self) -> UnitInfo | None:
        """The chosen unit."""
        return self._units.get(self._unit.value)

    @property
    def role(self) -> str:
        """The chosen role."""
        return self._role.value

    @property
    def field(self) -> Widget:
        """The field that always stands there."""
        return self._role

    def roles_of(self, unit: UnitInfo) -> list[str]:
        """The unit's roles that may be chosen; where it names none, those one sees oneself."""
        roles = unit.roles or (tuple(sorted(self._people.roles_seen)) if unit.mine else ())
        return [role for role in roles if self._takes(role)]

    def _fill(self, chosen: str) -> None:
        unit = self.unit
        roles = self.roles_of(unit) if unit is not None else []
        others = [role for role in roles if (self._unit.value, role) != self._not_first]
        wanted = (role for role in (chosen, self._own_role, Role.NURSE) if role in others)
        self._role.show([(role, role_text(role)) for role in roles], next(wanted, next(iter(others), "")))

    @on(LineChoice.Changed, "#form-unit")
    def _moved(self) -> None:
        self._fill(self._role.value)
