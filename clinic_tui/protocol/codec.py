"""JSON in and out: cleaned for the client, strict for the backend."""

import json
import re
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, NoReturn, TypeVar, cast

import msgspec

from clinic_tui.protocol.problems import Fault, ProtocolError
from clinic_tui.protocol.text import needs_cleaning, refuse_unstorable, safe_text

T = TypeVar("T")

MAX_BYTES: Final = 1 << 20
"""The largest body taken, in bytes (security.md 4.10)."""
MAX_DEPTH: Final = 32
"""How deep objects and lists may be nested."""

_INTEGER_BITS: Final = 63
_INTEGER_DIGITS: Final = 20
_ORDINARY_ASCII: Final = bytes(range(0x20, 0x7F)) + b"\t\n\r"
_ESCAPE_TO_LOOK_AT: Final = re.compile(rb'\\[^n"\\/]')
_STRING: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)
_NOT_BRACKETS: Final = bytes(sorted(set(range(256)) - set(b"[]{}")))
_PATH: Final = re.compile(r"at `(?:key in )?\$\.?([\w.\[\]]*)`\Z")
_EXPECTED: Final = re.compile(r"Expected `([\w |]+)`, got `(\w+)`")
_BOUND: Final = re.compile(r"Expected `\w+` of length ([<>]= \d+)")

_encoder = msgspec.json.Encoder()


def encode(value: object) -> bytes:
    """The value as compact JSON; `ProtocolError` where a text holds half a surrogate pair."""
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError:
        raise ProtocolError(Fault.SURROGATE, None, "a text holds half a surrogate pair") from None


@cache
def _decoder(type_: object) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(cast("type[Any]", type_))


def decode(type_: type[T], data: bytes) -> T:
    """What the server sent, with every text in it cleaned by `safe_text`, keys of mappings included.

    Ordinary text costs one quick look at the bytes. Raises `ProtocolError`, and nothing else, where the
    answer is not JSON of that type.
    """
    try:
        if not _is_suspect(data):
            return cast("T", _decoder(type_).decode(data))
        return msgspec.convert(_cleaned(msgspec.json.decode(data)), type_, str_keys=True)
    except msgspec.ValidationError as error:
        _refuse_as(error)
    except UnicodeDecodeError:
        raise ProtocolError(Fault.ENCODING, None, "the answer is not UTF-8") from None
    except msgspec.DecodeError:
        raise ProtocolError(Fault.MALFORMED, None, "the answer is not JSON") from None
    except RecursionError:
        raise ProtocolError(Fault.TOO_DEEP, None, "the answer is nested too deep") from None


def _is_suspect(data: bytes) -> bool:
    """Whether any text in these bytes could need cleaning."""
    if _ESCAPE_TO_LOOK_AT.search(data):
        return True
    unusual = data.translate(None, _ORDINARY_ASCII)
    return bool(unusual) and needs_cleaning(unusual.decode())


def _cleaned(value: object) -> object:
    if isinstance(value, str):
        return safe_text(value)
    if isinstance(value, dict):
        mapping = cast("dict[str, object]", value)
        return {safe_text(key): _cleaned(item) for key, item in mapping.items()}
    if isinstance(value, list):
        return [_cleaned(item) for item in cast("list[object]", value)]
    return value


def decode_strict(type_: type[T], data: bytes, *, max_bytes: int = MAX_BYTES) -> T:
    """A command as the backend takes it: the text as sent, or `ProtocolError` and nothing else.

    Refused are bodies that two databases or two parsers could read differently: not UTF-8, a byte order mark,
    repeated keys, numbers that are not finite or over 64 bits, deep nesting, U+0000 and lone surrogates,
    dates without zone, and anything the type does not know (design.md 4, security.md 4.16).
    """
    if len(data) > max_bytes:
        raise ProtocolError(Fault.TOO_LARGE, None, "the body is too large")
    body = _parse(data)
    if not isinstance(body, dict):
        raise ProtocolError(Fault.NOT_AN_OBJECT, None, "the body must be one object")
    try:
        value = msgspec.convert(body, type_, strict=True, str_keys=True)
    except msgspec.ValidationError as error:
        _refuse_as(error)
    _refuse_values(value, "")
    return value


def _parse(data: bytes) -> object:
    if data.startswith(b"\xef\xbb\xbf"):
        raise ProtocolError(Fault.BYTE_ORDER_MARK, None, "the body starts with a byte order mark")
    if not data.strip():
        raise ProtocolError(Fault.EMPTY, None, "the body is empty")
    _refuse_depth(data)
    try:
        return json.loads(
            data.decode(),
            object_pairs_hook=_unique,
            parse_int=_integer,
            parse_float=_finite,
            parse_constant=_refuse_constant,
        )
    except UnicodeDecodeError:
        raise ProtocolError(Fault.ENCODING, None, "the body is not UTF-8") from None
    except json.JSONDecodeError:
        raise ProtocolError(Fault.MALFORMED, None, "the body is not JSON") from None


def _refuse_depth(data: bytes) -> None:
    if data.count(b"[") + data.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for bracket in _STRING.sub(b"", data).translate(None, _NOT_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            raise ProtocolError(Fault.TOO_DEEP, None, "the body is nested too deep")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        raise ProtocolError(Fault.DUPLICATE_KEY, None, "a key stands twice in one object")
    return mapping


def _integer(digits: str) -> int:
    if len(digits) <= _INTEGER_DIGITS:
        number = int(digits)
        if -(1 << _INTEGER_BITS) <= number < 1 << _INTEGER_BITS:
            return number
    raise ProtocolError(Fault.NUMBER, None, "a number is over 64 bits")


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ProtocolError(Fault.NUMBER, None, "a number is too large")
    return number


def _refuse_constant(_name: str) -> NoReturn:
    raise ProtocolError(Fault.NUMBER, None, "a number is not finite")


def _refuse_values(value: object, path: str) -> None:
    """Refuse what a type allows and a database does not: such texts, and dates that are not one instant."""
    if isinstance(value, str):
        refuse_unstorable(value, path or None)
    elif isinstance(value, datetime):
        _refuse_date(value, path or None)
    else:
        for inner, item in _items(value, path):
            _refuse_values(item, inner)


def _refuse_date(value: datetime, field: str | None) -> None:
    if value.tzinfo is None:
        raise ProtocolError(Fault.DATE, field, "a date must carry its zone")
    try:
        value.astimezone(UTC)
    except OverflowError:
        raise ProtocolError(Fault.DATE, field, "a date is out of range") from None


def _items(value: object, path: str) -> list[tuple[str, object]]:
    """What a value holds, each with its path; the keys of mappings, which may be personal, are not in it."""
    if isinstance(value, msgspec.Struct):
        dot = f"{path}." if path else ""
        names = value.__struct_fields__
        return [(dot + name, getattr(value, name)) for name in names]
    if isinstance(value, dict):
        return [(path, item) for pair in cast("dict[object, object]", value).items() for item in pair]
    if isinstance(value, list | tuple | set | frozenset):
        return [(f"{path}[{index}]", item) for index, item in enumerate(cast("list[object]", value))]
    return []


def _refuse_as(error: msgspec.ValidationError) -> NoReturn:
    """Raise what msgspec found, in constant words: its own text repeats names and values that were sent."""
    text = str(error)
    found = _PATH.search(text)
    field = (found.group(1) or None) if found else None
    if text.startswith("Object contains unknown field"):
        raise ProtocolError(Fault.UNKNOWN_FIELD, field, "there is a field that is not known here") from None
    missing = re.match(r"Object missing required field `(\w+)`", text)
    if missing:
        name = missing.group(1)
        raise ProtocolError(
            Fault.MISSING_FIELD, f"{field}.{name}" if field else name, "must be there"
        ) from None
    expected = _EXPECTED.match(text)
    if expected:
        detail = f"must be {expected.group(1)}, not {expected.group(2)}"
        raise ProtocolError(Fault.WRONG_TYPE, field, detail) from None
    bound = _BOUND.match(text)
    if bound:
        raise ProtocolError(Fault.VALUE, field, f"must be of length {bound.group(1)}") from None
    if "datetime" in text.partition(" - at ")[0]:
        raise ProtocolError(Fault.DATE, field, "is not a date with time and zone") from None
    raise ProtocolError(Fault.VALUE, field, "is not a value that is allowed here") from None
