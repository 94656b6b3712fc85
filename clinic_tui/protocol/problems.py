"""Errors as they go over the wire (RFC 9457) and the error the codec raises."""

from enum import StrEnum
from typing import Final

from clinic_tui.protocol.wire import Instant, Wire

CONTENT_TYPE: Final = "application/problem+json"
"""The media type of an error answer (RFC 9457)."""


class Code(StrEnum):
    """Stable names of errors: clients and scripts decide by them, never by a text."""

    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    ALREADY_TAKEN = "already_taken"
    STALE_VERSION = "stale_version"
    IDEMPOTENCY_MISMATCH = "idempotency_mismatch"
    TOO_LARGE = "too_large"
    UNSUPPORTED_MEDIA = "unsupported_media"
    INVALID = "invalid"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    BLOCKED_BY_RULE = "blocked_by_rule"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    UNSUPPORTED_VERSION = "unsupported_version"


STATUS: Final[dict[Code, int]] = {
    Code.UNAUTHENTICATED: 401,
    Code.FORBIDDEN: 403,
    Code.NOT_FOUND: 404,
    Code.METHOD_NOT_ALLOWED: 405,
    Code.CONFLICT: 409,
    Code.ALREADY_TAKEN: 409,
    Code.STALE_VERSION: 409,
    Code.IDEMPOTENCY_MISMATCH: 409,
    Code.BLOCKED_BY_RULE: 409,
    Code.TOO_LARGE: 413,
    Code.UNSUPPORTED_MEDIA: 415,
    Code.INVALID: 422,
    Code.UNSUPPORTED_VERSION: 426,
    Code.RATE_LIMITED: 429,
    Code.UNAVAILABLE: 503,
}
"""The HTTP status that goes with each code."""


class Problem(Wire, frozen=True, kw_only=True, omit_defaults=True):
    """One error answer (RFC 9457); `code` is text, so that an older client can read a newer code."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str = ""
    field: str | None = None
    """The field of the command that is at fault."""
    rule: str | None = None
    """The rule that blocks, for `blocked_by_rule`."""
    who: str | None = None
    """Who was first, for a conflict."""
    at: Instant | None = None
    """When that happened."""
    current_version: int | None = None
    """The version to read again, for `stale_version`."""
    retry_after: float | None = None
    """Seconds to wait before trying again."""
    instance: str | None = None


class Fault(StrEnum):
    """Why the codec refused something."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    ENCODING = "encoding"
    BYTE_ORDER_MARK = "byte_order_mark"
    MALFORMED = "malformed"
    TOO_DEEP = "too_deep"
    DUPLICATE_KEY = "duplicate_key"
    NUMBER = "number"
    NOT_AN_OBJECT = "not_an_object"
    NUL = "nul"
    SURROGATE = "surrogate"
    UNKNOWN_FIELD = "unknown_field"
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    VALUE = "value"
    DATE = "date"


class ProtocolError(Exception):
    """Something on the wire, or meant for it, is not acceptable.

    `code` is one of `Fault`, `field` the path of the field ("note.text", "ids[2]") or None, and `detail` a
    constant English text: nothing of what was sent is ever repeated, for it may be personal.
    """

    def __init__(self, code: Fault, field: str | None, detail: str) -> None:
        super().__init__(code.value, field, detail)
        self.code = code
        self.field = field
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.field}: {self.detail}" if self.field else self.detail
