"""Whom a case can be given to: staff whose role takes cases of its queue at its unit (slides 38 and 40)."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import RowMapping, bindparam, select

from clinic_tui.backend.refused import blocked, invalid
from clinic_tui.backend.rules import roles_seen
from clinic_tui.backend.sessions import is_valid
from clinic_tui.backend.store.tables import assignments, staff
from clinic_tui.backend.tx import Tx
from clinic_tui.domain.refusals import REASONS
from clinic_tui.domain.roles import Permission, Role, allows
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.team import Abilities

_texts = msgspec.json.Decoder(tuple[str, ...])
_GIVEN = (
    select(
        staff.c.id,
        staff.c.display_name,
        staff.c.title,
        assignments.c.unit_id,
        assignments.c.covers,
        assignments.c.role,
        assignments.c.extra,
        assignments.c.valid_from,
        assignments.c.valid_to,
    )
    .join_from(staff, assignments, assignments.c.staff_id == staff.c.id)
    .where(staff.c.disabled.is_(False))
    .order_by(staff.c.id, assignments.c.id)
)
_OF_STAFF = _GIVEN.where(staff.c.id.in_(bindparam("ids", expanding=True)))


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A colleague and what they may do where."""

    ref: StaffRef
    reads: bool
    """Whether any role of theirs may read cases."""
    queues: frozenset[tuple[str, str, Permission]]
    """Unit, queue role, and whether it is drop-in cases or chats that they answer there."""
    verifies: frozenset[str] = frozenset()
    """Units at which a role of theirs may verify."""

    def takes(self, unit_id: str, queue_role: str, needed: Permission) -> bool:
        """Whether they take cases of a queue."""
        return (unit_id, queue_role, needed) in self.queues


def target(tx: Tx, staff_id: str) -> Target:
    """A colleague who may sign in; refused as invalid where there is none."""
    return targets(tx, (staff_id,))[0]


def find_target(tx: Tx, staff_id: str) -> Target | None:
    """A colleague who may sign in under some assignment, or None."""
    rows = tx.conn.execute(_OF_STAFF, {"ids": [staff_id]}).mappings()
    valid = [row for row in rows if is_valid(row, tx.now)]
    return _target(tx, valid) if valid else None


def targets(tx: Tx, staff_ids: Iterable[str]) -> tuple[Target, ...]:
    """Colleagues who may sign in, in the order asked for; refused as invalid where one is not there."""
    asked = tuple(dict.fromkeys(staff_ids))
    found: dict[str, list[RowMapping]] = {}
    for row in tx.conn.execute(_OF_STAFF, {"ids": list(asked)}).mappings():
        if is_valid(row, tx.now):
            found.setdefault(row["id"], []).append(row)
    if len(found) < len(asked):
        raise invalid("staff_id", "staff.unknown", REASONS["staff.unknown"])
    return tuple(_target(tx, found[one]) for one in asked)


def check_reader(person: Target) -> None:
    """Refused for a colleague none of whose roles may read cases."""
    if not person.reads:
        raise blocked("case.target_lacks_role", person.ref)


def _target(tx: Tx, rows: list[RowMapping]) -> Target:
    queues: set[tuple[str, str, Permission]] = set()
    reads = False
    verifies: set[str] = set()
    for row in rows:
        role, extra = Role(row["role"]), frozenset(Permission(name) for name in _texts.decode(row["extra"]))
        reads = reads or bool(allows(role, Permission.PREVIEW_CASE, extra))
        if allows(role, Permission.VERIFY, extra):
            verifies |= {row["unit_id"], *_texts.decode(row["covers"])}
        for needed in (Permission.ACCEPT_DROP_IN, Permission.ANSWER_ASYNC):
            if allows(role, needed, extra):
                queues |= {
                    (unit, queue, needed)
                    for unit in (row["unit_id"], *_texts.decode(row["covers"]))
                    for queue in roles_seen(tx.region, role)
                }
    first = rows[0]
    ref = StaffRef(id=first["id"], name=first["display_name"], title=first["title"])
    return Target(ref=ref, reads=reads, queues=frozenset(queues), verifies=frozenset(verifies))


def abilities_at(tx: Tx, unit_ids: Iterable[str]) -> tuple[Abilities, ...]:
    """What each staff member who may sign in may be given at these units."""
    found: dict[str, list[RowMapping]] = {}
    for row in tx.conn.execute(_GIVEN).mappings():
        if is_valid(row, tx.now):
            found.setdefault(row["id"], []).append(row)
    people = [_target(tx, rows) for rows in found.values()]
    every = [_abilities(person, unit) for unit in unit_ids for person in people]
    return tuple(one for one in every if one.visits or one.chats or one.verifies)


def _abilities(person: Target, unit_id: str) -> Abilities:
    def queues(needed: Permission) -> tuple[str, ...]:
        return tuple(sorted(role for unit, role, what in person.queues if (unit, what) == (unit_id, needed)))

    return Abilities(
        staff_id=person.ref.id,
        unit_id=unit_id,
        visits=queues(Permission.ACCEPT_DROP_IN),
        chats=queues(Permission.ANSWER_ASYNC),
        verifies=unit_id in person.verifies,
    )


def queue_roles(tx: Tx) -> dict[str, tuple[str, ...]]:
    """The queue roles that somebody takes cases for, by unit: where a chat, ticket or visit can be sent."""
    found: dict[str, set[str]] = {}
    for row in tx.conn.execute(_GIVEN).mappings():
        role = Role(row["role"])
        if is_valid(row, tx.now) and allows(role, Permission.ANSWER_ASYNC):
            for unit in (row["unit_id"], *_texts.decode(row["covers"])):
                found.setdefault(unit, set()).update(roles_seen(tx.region, role))
    return {unit: tuple(sorted(roles)) for unit, roles in found.items()}
