"""What comes over the wire is cleaned for the client and checked for the backend."""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_tui.protocol.codec import MAX_DEPTH, decode, decode_strict, encode
from clinic_tui.protocol.problems import STATUS, Code, Fault, Problem, ProtocolError
from clinic_tui.protocol.text import safe_text
from clinic_tui.protocol.wire import Instant, StrictWire, Wire
from tests.hostile import Hostile, bad_code_points, load_bodies, load_hostile


def short(value: object) -> str:
    return repr(value)[:40]


SECRET = "hemligt-19121212-1212"


class Colour(StrEnum):
    RED = "red"


class Part(StrictWire):
    text: str = ""
    at: datetime | None = None


class Command(StrictWire):
    text: str = ""
    version: int = 0
    expires_at: datetime | None = None
    client_id: Annotated[str, msgspec.Meta(max_length=8)] = ""
    weight: float = 0.0
    kind: Literal["a", "b"] = "a"
    parts: tuple[Part, ...] = ()
    tags: Mapping[str, int] = msgspec.field(default_factory=dict)
    anything: object = None


class Needed(StrictWire):
    part: Part
    name: str


class Row(Wire):
    name: str
    notes: Sequence[str] = ()
    by_unit: Mapping[str, str] = msgspec.field(default_factory=dict)
    at: Instant | None = None
    colour: Colour = Colour.RED
    count: int = 0


def refusal(data: bytes, type_: type = Command, max_bytes: int = 1 << 20) -> ProtocolError:
    with pytest.raises(ProtocolError) as caught:
        decode_strict(type_, data, max_bytes=max_bytes)
    return caught.value


@pytest.mark.parametrize(
    ("body", "fault", "field"),
    [
        (b"", Fault.EMPTY, None),
        (b" \n", Fault.EMPTY, None),
        (b'{"text": "he', Fault.MALFORMED, None),
        (b"[]", Fault.NOT_AN_OBJECT, None),
        (b'"text"', Fault.NOT_AN_OBJECT, None),
        (b"null", Fault.NOT_AN_OBJECT, None),
        (b'{"text":"a","text":"b"}', Fault.DUPLICATE_KEY, None),
        (b'{"text":"a","\\u0074ext":"b"}', Fault.DUPLICATE_KEY, None),
        (b'{"tags":{"a":1,"a":2}}', Fault.DUPLICATE_KEY, None),
        (b'{"text":1}', Fault.WRONG_TYPE, "text"),
        (b'{"version":null}', Fault.WRONG_TYPE, "version"),
        (b'{"version":1.0}', Fault.WRONG_TYPE, "version"),
        (b'{"version":true}', Fault.WRONG_TYPE, "version"),
        (b'{"version":"1"}', Fault.WRONG_TYPE, "version"),
        (b'{"version":1e999}', Fault.NUMBER, None),
        (b'{"weight":-1e999}', Fault.NUMBER, None),
        (b'{"weight":NaN}', Fault.NUMBER, None),
        (b'{"weight":-Infinity}', Fault.NUMBER, None),
        (b'{"version":9223372036854775808}', Fault.NUMBER, None),
        (b'{"version":' + b"1" * 5000 + b"}", Fault.NUMBER, None),
        (b'{"text":"a\\u0000b"}', Fault.NUL, "text"),
        (b'{"parts":[{},{"text":"\\u0000"}]}', Fault.NUL, "parts[1].text"),
        (b'{"tags":{"\\u0000":1}}', Fault.NUL, "tags"),
        (b'{"text":"a\x00b"}', Fault.MALFORMED, None),
        (b'{"text":"\\ud83d"}', Fault.SURROGATE, "text"),
        (b'{"text":"\\udc00\\ud800"}', Fault.SURROGATE, "text"),
        (b'{"text":"\xed\xa0\xbd"}', Fault.ENCODING, None),
        (b'{"text":"\xff\xfe"}', Fault.ENCODING, None),
        (b"\xef\xbb\xbf{}", Fault.BYTE_ORDER_MARK, None),
        ("{}".encode("utf-16"), Fault.ENCODING, None),
        (b'{"text":"\\x41"}', Fault.MALFORMED, None),
        (b"{/*x*/}", Fault.MALFORMED, None),
        (b'{"text":"a",}', Fault.MALFORMED, None),
        (b"{'text':'a'}", Fault.MALFORMED, None),
        (b"{}{}", Fault.MALFORMED, None),
        (b"{} x", Fault.MALFORMED, None),
        (b'{"":1}', Fault.UNKNOWN_FIELD, None),
        (b'{"parts":[{"x":1}]}', Fault.UNKNOWN_FIELD, "parts[0]"),
        (b'{"expires_at":"2026-02-01T00:00:00"}', Fault.DATE, "expires_at"),
        (b'{"parts":[{"at":"2026-02-01T00:00:00"}]}', Fault.DATE, "parts[0].at"),
        (b'{"expires_at":"99999-01-01T00:00:00Z"}', Fault.DATE, "expires_at"),
        (b'{"expires_at":"9999-12-31T23:59:59-12:00"}', Fault.DATE, "expires_at"),
        (b'{"expires_at":"0001-01-01T00:00:00+14:00"}', Fault.DATE, "expires_at"),
        (b'{"expires_at":"2026-02-30T00:00:00Z"}', Fault.DATE, "expires_at"),
        (b'{"expires_at":1}', Fault.WRONG_TYPE, "expires_at"),
        (b'{"client_id":"../../x/y/z"}', Fault.VALUE, "client_id"),
        (b'{"kind":"c"}', Fault.VALUE, "kind"),
        (b"[" * 100_000, Fault.TOO_DEEP, None),
        (b'{"anything":' * 10_000, Fault.TOO_DEEP, None),
        (b'{"anything":' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}", Fault.TOO_DEEP, None),
    ],
    ids=short,
)
def test_a_malformed_command_is_refused_with_its_reason(body: bytes, fault: Fault, field: str | None) -> None:
    found = refusal(body)
    assert (found.code, found.field) == (fault, field)


@pytest.mark.parametrize(("name", "body"), load_bodies(), ids=short)
def test_every_malformed_body_of_the_corpus_is_refused(name: str, body: bytes) -> None:
    class Strict(StrictWire):
        text: str = ""
        version: int = 0
        expires_at: datetime | None = None
        client_id: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f-]{36}$")] = ""

    assert refusal(body, Strict).code in set(Fault)


@pytest.mark.parametrize(
    "body",
    [
        f'{{"{SECRET}":1}}',
        f'{{"kind":"{SECRET}"}}',
        f'{{"client_id":"{SECRET}"}}',
        f'{{"version":"{SECRET}"}}',
        f'{{"tags":{{"{SECRET}":"x"}}}}',
        f'{{"tags":{{"{SECRET}":1,"{SECRET}":2}}}}',
        f'{{"anything":{{"{SECRET}":"\\u0000"}}}}',
        f'{{"expires_at":"{SECRET}"}}',
        f'{{"text":"{SECRET}',
    ],
)
def test_a_refusal_never_repeats_what_was_sent(body: str) -> None:
    found = refusal(body.encode())
    told = [str(found), repr(found), str(found.__cause__), repr(found.args)]
    assert not any("hemligt" in one for one in told)
    assert found.__suppress_context__ or found.__context__ is None


def test_a_missing_field_is_named_with_its_path() -> None:
    found = refusal(b'{"part":{}}', Needed)
    assert (found.code, found.field) == (Fault.MISSING_FIELD, "name")


def test_a_body_over_the_limit_is_refused_before_it_is_read() -> None:
    assert refusal(b"\xff" * 11, max_bytes=10).code == Fault.TOO_LARGE


def test_a_good_command_is_taken_as_it_was_sent() -> None:
    text = "ESC \x1b[2J, \u202e, 👩\u200d👩 och \ufffe stannar som de är"
    body = msgspec.json.encode(
        {"text": text, "version": 2**63 - 1, "expires_at": "2026-02-01T01:00:00+01:00"}
    )
    taken = decode_strict(Command, body)
    assert taken.text == text
    assert taken.version == 2**63 - 1
    assert taken.expires_at == datetime(2026, 2, 1, tzinfo=UTC)


def test_brackets_in_a_text_are_not_depth() -> None:
    text = '\\"[{' * 1000
    assert decode_strict(Command, encode({"text": text})).text == text


def test_the_deepest_allowed_nesting_is_taken() -> None:
    inner = MAX_DEPTH - 1
    decode_strict(Command, b'{"anything":' + b"[" * inner + b"]" * inner + b"}")


@pytest.mark.parametrize(
    "body",
    [
        b'{"text":"' + b'\\"' * 500_000,
        b"[]," * 250_000,
        b'{"anything":[' + b"[]," * 250_000,
        b'"' * 1_000_000,
    ],
    ids=short,
)
def test_no_body_of_a_megabyte_is_slow_to_refuse(body: bytes) -> None:
    start = time.process_time()
    refusal(body)
    assert time.process_time() - start < 1.0


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_bytes_bring_about_any_other_error(data: bytes) -> None:
    for read in (decode_strict, decode):
        with suppress(ProtocolError):
            read(Command, data)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text(st.characters(codec="utf-8"), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(json_values)
def test_what_is_encoded_comes_back(value: object) -> None:
    if "\\u0000" in encode(value).decode():
        assert refusal(encode({"anything": value})).code == Fault.NUL
    else:
        assert decode_strict(Command, encode({"anything": value})).anything == value


def test_half_a_surrogate_pair_is_never_encoded() -> None:
    with pytest.raises(ProtocolError) as caught:
        encode({"text": "a\ud83d"})
    assert caught.value.code == Fault.SURROGATE


@pytest.mark.parametrize("one", load_hostile(), ids=lambda one: one.name)
def test_every_text_from_the_server_is_clean(one: Hostile) -> None:
    sent = one.text.encode("utf-8", "replace").decode()
    row = Row(name=sent, notes=["x", sent], by_unit={"a": sent, sent: "b"})
    got = decode(Row, encode(row))
    assert got.name == safe_text(sent)
    assert got.notes[1] == got.name
    assert got.by_unit["a"] == got.name
    assert all(bad_code_points(key) == [] for key in got.by_unit)


@pytest.mark.parametrize(
    "escape", ["\\u001b[2J", "\\u009b", "\\u202e", "\\b", "\\t", "\\r", "\\f", "\\u007f"]
)
def test_escapes_in_json_hide_nothing(escape: str) -> None:
    got = decode(Row, f'{{"name":"{escape}"}}'.encode())
    assert got.name == safe_text(got.name) != ""
    assert bad_code_points(got.name) == []


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_the_quick_way_and_the_long_way_agree(text: str) -> None:
    row = Row(name=text, at=datetime(2026, 1, 1, tzinfo=UTC), count=3)
    assert decode(Row, encode(row)).name == safe_text(text)
    long_way = decode(Row, encode({"zz": "\u200b", **msgspec.to_builtins(row)}))
    assert long_way == decode(Row, encode(row))


def test_an_older_client_reads_a_newer_answer() -> None:
    assert decode(Row, b'{"name":"a","invented_later":[1]}') == Row(name="a")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>",
        b"[" * 100_000,
        b'{"name":1}',
        b'{"name":"\xff"}',
        b'{"name":"\\ud83d"}',
        b'{"name":"a","at":"x"}',
    ],
)
def test_an_answer_that_is_wrong_is_one_kind_of_error(answer: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode(Row, answer)


def test_cleaning_ordinary_swedish_costs_less_than_reading_it() -> None:
    rows = [
        Row(name="Åsa Öberg", notes=["Ont i halsen sedan i går,\nsvårt att svälja 😀"] * 4, count=n)
        for n in range(9000)
    ]
    data = encode(rows)
    bare = msgspec.json.Decoder(list[Row])

    def seconds(read: object) -> float:
        assert callable(read)
        start = time.process_time()
        read()
        return time.process_time() - start

    alone = min(seconds(lambda: bare.decode(data)) for _ in range(7))
    cleaned = min(seconds(lambda: decode(list[Row], data)) for _ in range(7))
    assert cleaned < 2 * alone


def test_a_problem_survives_the_way_to_the_client() -> None:
    at = datetime(2026, 1, 2, 9, 41, tzinfo=UTC)
    told = Problem(
        title="Taken", status=409, code=Code.ALREADY_TAKEN, who="Anna \u202eLind", at=at, field="version"
    )
    got = decode(Problem, encode(told))
    assert (got.code, got.who, got.at) == ("already_taken", "Anna �Lind", at)
    assert b"retry_after" not in encode(told)


def test_every_code_has_its_status() -> None:
    assert set(STATUS) == set(Code)
    assert all(400 <= status < 600 for status in STATUS.values())
