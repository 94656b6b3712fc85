"""How answers look on the wire: exact content types, and every error a problem document."""

from typing import Final

from starlette.responses import Response

from clinic_tui.backend.refused import Refused
from clinic_tui.protocol import codec
from clinic_tui.protocol.problems import CONTENT_TYPE, STATUS, Code, Fault, Problem, ProtocolError

JSON: Final = "application/json"

_TITLES: Final[dict[int, str]] = {
    400: "The request is malformed.",
    401: "Sign in first.",
    403: "This is not allowed.",
    404: "There is no such thing here.",
    405: "This method is not possible here.",
    408: "The body took too long to arrive.",
    413: "The body is too large.",
    414: "The address is too long.",
    415: "The body must be JSON, not packed.",
    422: "A value is not allowed.",
    426: "This is a live stream: connect with a WebSocket.",
    429: "That was too often. Wait a moment.",
    431: "The headers are too large.",
    500: "Something went wrong here.",
    503: "The service cannot be reached right now.",
}
_CODES: Final[dict[int, str]] = {
    **{status: code.value for code, status in STATUS.items() if status != STATUS[Code.CONFLICT]},
    400: "malformed",
    408: "too_slow",
    414: "too_large",
    426: "upgrade_required",
    431: "too_large",
    500: "internal",
}
_SHAPE_FAULTS: Final = frozenset(
    {
        Fault.EMPTY,
        Fault.ENCODING,
        Fault.BYTE_ORDER_MARK,
        Fault.MALFORMED,
        Fault.TOO_DEEP,
        Fault.DUPLICATE_KEY,
        Fault.NUMBER,
        Fault.NOT_AN_OBJECT,
    }
)


def problem(status: int, detail: str = "", *, field: str | None = None, wait: int | None = None) -> Problem:
    """The standard problem for a status; `wait` is seconds until it is worth trying again."""
    return Problem(
        title=_TITLES[status],
        status=status,
        code=_CODES[status],
        detail=detail,
        field=field,
        retry_after=wait,
    )


def refuse(status: int, detail: str = "", *, field: str | None = None, wait: int | None = None) -> Refused:
    """The exception that answers with the standard problem for a status."""
    return Refused(problem(status, detail, field=field, wait=wait))


def problem_of(error: ProtocolError) -> Problem:
    """The problem for a body the codec refused: 413, 400 for its shape, else 422 with the field."""
    if error.code is Fault.TOO_LARGE:
        return problem(413, error.detail)
    return problem(400 if error.code in _SHAPE_FAULTS else 422, error.detail, field=error.field)


def json_answer(body: bytes, status: int = 200) -> Response:
    """A JSON answer; nothing under the interface may be kept by a cache."""
    return Response(body, status, media_type=JSON)


def answer(value: object, status: int = 200) -> Response:
    """A wire value as a JSON answer."""
    return json_answer(codec.encode(value), status)


def problem_answer(found: Problem) -> Response:
    """A problem document, with the headers its status asks for."""
    headers: dict[str, str] = {}
    if found.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if found.status == 426:
        headers["Upgrade"] = "websocket"
    if found.status in {408, 413, 414, 431}:
        headers["Connection"] = "close"
    if found.retry_after is not None:
        headers["Retry-After"] = str(max(1, round(found.retry_after)))
    return Response(codec.encode(found), found.status, headers, media_type=CONTENT_TYPE)
