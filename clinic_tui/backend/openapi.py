"""The interface's description (OpenAPI 3.1), made from the command registry and the wire types."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

import msgspec

from clinic_tui import __version__
from clinic_tui.backend.settings import PAGE_LIMIT
from clinic_tui.protocol import codec, events, resident, resources
from clinic_tui.protocol.commands import (
    COMMANDS,
    AskDeviceKey,
    ChooseAssignment,
    CommandSpec,
    ResidentSignIn,
    SignIn,
)
from clinic_tui.protocol.problems import CONTENT_TYPE, Problem

_REF: Final = "#/components/schemas/{name}"
_ID_PATTERN: Final = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_DAY_PATTERN: Final = "^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$"
"""Dates that every month has: what a client may send is wider, what is described is always there."""
_ERRORS: Final = {
    "400": "The request is malformed.",
    "401": "There is no live session.",
    "403": "The role does not allow it.",
    "404": "There is no such thing here, or it belongs to another unit.",
    "408": "The body took too long to arrive.",
    "409": "Somebody else was first, or a rule says no; `who` and `at` tell more.",
    "413": "The body is over 1 MiB.",
    "415": "The body is not plain JSON.",
    "422": "A field is not acceptable; `field` names it.",
    "429": "That was too often; `Retry-After` says when to try again.",
    "431": "The headers are over 16 KiB.",
    "500": "A fault of the backend; `detail` holds an incident number.",
    "503": "The database cannot be reached.",
}
_READ_ERRORS: Final = ("400", "401", "403", "404", "422", "429", "431", "500", "503")


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation of the interface that is not a command."""

    method: Literal["get", "post", "delete"]
    path: str
    name: str
    summary: str
    answer: type[msgspec.Struct] | None
    body: type[msgspec.Struct] | None = None
    query: tuple[str, ...] = ()
    secured: bool = True


OPERATIONS: Final = (
    Operation(
        method="post",
        path="/api/v1/session",
        name="sign_in",
        summary="Sign in as a staff member.",
        body=SignIn,
        answer=resources.SignedIn,
        secured=False,
    ),
    Operation(
        method="post",
        path="/api/v1/session/assignment",
        name="choose_assignment",
        summary="Choose the assignment the session works under.",
        body=ChooseAssignment,
        answer=resources.SignedIn,
    ),
    Operation(
        method="post",
        path="/api/v1/session/device",
        name="device_key",
        summary="The key under which one's unsent texts are kept on a device; made when it first asks.",
        body=AskDeviceKey,
        answer=resources.DeviceKey,
    ),
    Operation(
        method="delete",
        path="/api/v1/session",
        name="sign_out",
        summary="End the session and its live connections.",
        answer=None,
    ),
    Operation(
        method="post",
        path="/api/v1/resident-session",
        name="resident_sign_in",
        summary="Sign in as a resident with the simulated e-ID; only with demo data.",
        body=ResidentSignIn,
        answer=resources.SignedIn,
        secured=False,
    ),
    Operation(
        method="get",
        path="/api/v1/desk",
        name="desk",
        summary="Everything a workstation starts from.",
        answer=resources.DeskSnapshot,
    ),
    Operation(
        method="get",
        path="/api/v1/cases",
        name="cases",
        summary="Open cases the session sees, by id; `next` is the cursor of the following page.",
        answer=resources.CasePage,
        query=("cursor", "limit"),
    ),
    Operation(
        method="get",
        path="/api/v1/cases/{case_id}",
        name="case",
        summary="The whole of one case; the reading is logged.",
        answer=resources.CaseDetail,
    ),
    Operation(
        method="get",
        path="/api/v1/cases/{case_id}/messages",
        name="messages",
        summary="Messages of a case older than `before`, oldest first.",
        answer=resources.MessagePage,
        query=("before", "limit"),
    ),
    Operation(
        method="get",
        path="/api/v1/chats/ended",
        name="ended_chats",
        summary="The newest 200 chats that have ended in the session's units and roles, the newest first.",
        answer=resources.CasePage,
    ),
    Operation(
        method="get",
        path="/api/v1/visits",
        name="visits",
        summary="Scheduled visits of one Swedish day, by time; of every state.",
        answer=resources.CasePage,
        query=("day",),
    ),
    Operation(
        method="get",
        path="/api/v1/resident/home",
        name="resident_home",
        summary="What a resident meets.",
        answer=resident.ResidentHome,
    ),
)
_PARAMETERS: Final[dict[str, dict[str, Any]]] = {
    "day": {"schema": {"type": "string", "format": "date", "pattern": _DAY_PATTERN}, "required": True},
    "cursor": {"schema": {"type": "string", "pattern": _ID_PATTERN}},
    "limit": {"schema": {"type": "integer", "minimum": 1, "maximum": PAGE_LIMIT}},
    "before": {"schema": {"type": "integer", "minimum": 1, "maximum": 10**15 - 1}},
    "case_id": {"schema": {"type": "string", "pattern": _ID_PATTERN}},
}


@cache
def document_bytes() -> bytes:
    """The description as JSON."""
    return codec.encode(document())


def document() -> dict[str, Any]:
    """The whole description."""
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation)
    for spec in COMMANDS.values():
        paths[f"/api/v1/commands/{spec.name}"] = {"post": _command(spec)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "clinic-tui", "version": __version__, "description": _DESCRIPTION},
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {status: _problem(text) for status, text in _ERRORS.items()},
        },
    }


_DESCRIPTION: Final = (
    "Commands change things and carry an id of their own: the same id again gives the first answer. "
    "Every error is a problem document (RFC 9457) with a stable `code`. The live stream is a WebSocket at "
    "`/api/v1/events`: send `Hello` first, then a `Beat` every ten seconds; the frames are the schemas "
    "`Hello`, `Beat`, `Envelope`, `Live`, `Gap`, `Pong` and `Ended`. It closes with 1003 after binary, "
    "1008 after a frame that is not possible, 1009 over 64 KiB, 1013 when the client is too slow, 4401 after "
    "`Ended`, 4408 in silence and 4409 when the session's streams changed."
)


def _schemas() -> dict[str, Any]:
    types: list[type] = [Problem, events.Hello, events.Beat]
    types += [events.Envelope, events.Live, events.Gap, events.Pong, events.Ended]
    for operation in OPERATIONS:
        types += [kind for kind in (operation.body, operation.answer) if kind is not None]
    for spec in COMMANDS.values():
        types += [spec.struct, spec.answer]
    _, components = msgspec.json.schema_components(types, ref_template=_REF)
    return components


def _operation(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {"operationId": operation.name, "summary": operation.summary}
    if not operation.secured:
        found["security"] = []
    parameters = [_parameter(name, "query") for name in operation.query]
    if "{case_id}" in operation.path:
        parameters.append(_parameter("case_id", "path"))
    if parameters:
        found["parameters"] = parameters
    if operation.body is not None:
        found["requestBody"] = _json_body(operation.body)
    found["responses"] = _responses(
        operation.answer, _READ_ERRORS if operation.body is None else tuple(_ERRORS)
    )
    return found


def _command(spec: CommandSpec) -> dict[str, Any]:
    return {
        "operationId": spec.name,
        "summary": spec.summary,
        "tags": [spec.party],
        "requestBody": _json_body(spec.struct),
        "responses": _responses(spec.answer, tuple(_ERRORS)),
    }


def _parameter(name: str, place: Literal["query", "path"]) -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", **_PARAMETERS[name]}


def _json_body(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": _reference(kind)}}}


def _responses(kind: type[msgspec.Struct] | None, errors: tuple[str, ...]) -> dict[str, Any]:
    if kind is None:
        done: dict[str, Any] = {"204": {"description": "Done."}}
    else:
        content = {"application/json": {"schema": _reference(kind)}}
        done = {"200": {"description": "Done.", "content": content}}
    return done | {status: {"$ref": f"#/components/responses/{status}"} for status in errors}


def _problem(text: str) -> dict[str, Any]:
    return {"description": text, "content": {CONTENT_TYPE: {"schema": _reference(Problem)}}}


def _reference(kind: type[msgspec.Struct]) -> dict[str, str]:
    return {"$ref": _REF.format(name=kind.__name__)}
