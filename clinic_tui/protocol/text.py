"""Text from outside, made safe to show: every code point that could act or hide leaves a visible sign."""

import re
import unicodedata
from functools import cache
from typing import Final

from clinic_tui.protocol.problems import Fault, ProtocolError

MAX_MARKS: Final = 6
"""Combining marks kept on one base (security.md 2.3 R3)."""
MAX_EMOJI_PARTS: Final = 10
"""Joiners, selectors, skin tones and marks kept in one emoji; the longest in use has six."""
SHOWN_LINES: Final = 400
SHOWN_CHARACTERS: Final = 8000
"""How much of a message is shown before the reader asks for all of it (security.md 2.3 R3)."""

_REPLACEMENT: Final = "\ufffd"
_LINE_SIGN: Final = "↵"
_NO_BASE: Final = "\u25cc"
_TAB: Final = "    "
_LINE_ENDS: Final = "\r\x85\u2028\u2029"
_DANGLING: Final = "\u200c\u200d\ufe0e\ufe0f"
_TABLE_SIZE: Final = 1 << 16
_MANY: Final = 1 << 12
"""With more different code points than this, those of the large scripts are kept out of the tables."""

_HARMLESS: Final = (
    "\n\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0377\u037a-\u037f\u0386-\u038a\u038e-\u03a1\u03a3-\u0482"
    "\u048a-\u052f\u05d0-\u05ea\u060c-\u060f\u061e-\u064a\u0660-\u066f\u0671-\u06d3\u0e01-\u0e30"
    "\u0e3f-\u0e46\u0e4f-\u0e5b\u1e00-\u1eff\u2000-\u200a\u2010-\u2027\u202f-\u205f\u20a0-\u20bf"
    "\u2100-\u218b\u2190-\u2426\u2460-\u2b73\u3000-\u3029\u3030-\u303f\u3041-\u3096\u309b-\u30ff"
    "\u3400-\u4dbf\u4e00-\u9ffc\uac00-\ud7a3\uff01-\uff9f\ufffc\ufffd"
    "\U0001f1e6-\U0001f1ff\U0001f300-\U0001f3fa\U0001f400-\U0001f64f\U0001f680-\U0001f6c5\U0001f900-\U0001f9ff"
    "\U00020000-\U0002a6dd\U0002a700-\U0002b734\U0002b740-\U0002b81d\U0002b820-\U0002cea1"
    "\U0002ceb0-\U0002ebe0\U0002f800-\U0002fa1d\U00030000-\U0003134a"
)
"""Code points that are safe wherever they stand."""
_UNUSUAL: Final = re.compile("[^\n\x20-\x7e\xa0-\xac\xae-\u02ff\u2010-\u2027\u2190-\u2426\u2460-\u2b73]")
"""What is not among the harmless code points of most texts; compiling the rest can wait."""
_SUSPECT: Final = f"[^{_HARMLESS}]"
_SUSPECTS: Final = f"[^{_HARMLESS}]+"
_LARGE_SCRIPTS: Final = "[\u3400-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff]+"
"""Letters that take no part in what their neighbours are."""
_NEVER: Final = "[\ud800-\uf8ff\U00040000-\U0010ffff]+"
"""Surrogates, private use and empty planes: replaced without a look at each."""
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")

_LOOKS_EMPTY: Final = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0\U00016fe4\U0001d159"
)
"""Invisible code points that are neither controls nor of the category "format"."""

_EMOJI: Final = (
    "[\u2194-\u2199\u21a9\u21aa\u231a\u231b\u2328\u23cf\u23e9-\u23f3\u23f8-\u23fa\u24c2\u25aa\u25ab\u25b6"
    "\u25c0\u25fb-\u25fe\u2600-\u27bf\u2934\u2935\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff]"
)
_NEWER_EMOJI: Final = "[\U0001f6d8-\U0001f6df\U0001fa70-\U0001faff]"
"""Reserved for emoji and filled year by year: a phone may know more of them than this Python does."""
_JOINING_SCRIPTS: Final = (
    "[\u0600-\u074f\u0750-\u077f\u07c0-\u07ff\u0840-\u08ff\u0900-\u0dff\u0f00-\u0fff\u1000-\u109f\u1780-\u18af"
    "\u1b00-\u1bbf\ua800-\ua9df\uaa60-\uaa7f\uabc0-\uabff\ufb50-\ufdff\ufe70-\ufefc"
    "\U00010d00-\U00010d3f\U00011000-\U00011fff\U0001e900-\U0001e95f]"
)
"""Scripts where a joiner changes how letters connect, and so belongs in honest text."""
_VIRAMA: Final = 9
"""The combining class of the signs that take a vowel away."""

_SPECIAL_KINDS: Final = (
    dict.fromkeys("0123456789#*", "k")
    | dict.fromkeys("©®\u203c\u2049\u2122\u2139", "q")
    | dict.fromkeys("\u0647\u06be\u06d5", "h")
    | {"\n": "n", "\u20e3": "K", "\u200c": "j", "\u200d": "z", "\ufe0e": "S", "\ufe0f": "s"}
)
"""Kinds not seen from categories; `h` is Arabic heh: old Sorani spelling, and "Hijri" when shortened,
put a joiner after it at the end of a word."""

_MARK: Final = "[mKcv]"
_CARRIED: Final = (
    rf"(?:{_MARK}|(?<=[Chcv])[zj](?=[Chcv])|(?<=[hv])[zj]){{0,{MAX_MARKS - 1}}}"
    rf"(?:{_MARK}|(?<=[Chcv])[zj](?=[Ch])|(?<=[hv])[zj])?"
)
"""Marks on one base, and joiners that connect its letter; a joiner before a mark leaves room for the mark."""
_CLUSTER: Final = (
    rf"n|[bCh]{_CARRIED}"
    rf"|k(?:sK{_MARK}{{0,{MAX_MARKS - 2}}}|{_MARK}{{0,{MAX_MARKS}}})"
    rf"|q(?:[sS]{_MARK}{{0,{MAX_MARKS - 1}}}|{_MARK}{{0,{MAX_MARKS}}})"
    rf"|E(?:{_MARK}|(?<=[Es])t|(?<=E)[sS]|(?<=[EtsS])zE){{0,{MAX_EMOJI_PARTS}}}"
)
_PARTS: Final = (
    rf"(?P<well>(?:{_CLUSTER})+)"
    rf"|(?P<orphan>(?:\A|(?<=n))(?={_MARK}){_CARRIED})"
    rf"|(?P<over>{_MARK}+)"
    rf"|(?P<lone>[tsSzj]{_CARRIED})"
)
"""Splits the kinds into what stands well, marks without a base, marks too many, and what does not belong."""


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, compiled when it is first needed."""
    return re.compile(pattern)


class _Signs(dict[int, str]):
    """What is shown for one code point, wherever it stands."""

    def __missing__(self, code: int) -> str:
        sign = _sign(chr(code))
        if len(self) < _TABLE_SIZE:
            self[code] = sign
        return sign


class _Kinds(dict[int, str]):
    """What one code point is to its neighbours, as one letter."""

    def __missing__(self, code: int) -> str:
        kind = _kind(chr(code))
        if len(self) < _TABLE_SIZE:
            self[code] = kind
        return kind


def _sign(char: str) -> str:
    code = ord(char)
    if char in _LINE_ENDS:
        return "\n"
    if code < 0x20:
        return {"\n": "\n", "\t": _TAB}.get(char) or chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if char in "\u200c\u200d\ufe0e\ufe0f":
        return char
    if char in _LOOKS_EMPTY or 0xFE00 <= code <= 0xFE0D or code >= 0xE0000:
        return _REPLACEMENT
    category = unicodedata.category(char)
    hidden = category in ("Cc", "Cf", "Cn", "Co", "Cs")
    return _REPLACEMENT if hidden and not (category == "Cn" and _compiled(_NEWER_EMOJI).match(char)) else char


def _kind(char: str) -> str:
    special = _SPECIAL_KINDS.get(char)
    if special:
        return special
    code = ord(char)
    if code < 0x300:
        return "b"
    if 0x1F3FB <= code <= 0x1F3FF:
        return "t"
    category = unicodedata.category(char)
    joining = _compiled(_JOINING_SCRIPTS).match(char) is not None
    if category[0] == "M":
        if not joining:
            return "m"
        return "v" if unicodedata.combining(char) == _VIRAMA else "c"
    if 0x1161 <= code <= 0x11FF or (0xD7B0 <= code <= 0xD7FB and category == "Lo"):
        return "m"  # Korean vowels and finals are drawn into the letter before them
    if _compiled(_EMOJI).match(char):
        return "E"
    return "C" if joining and category[0] in "LN" else "b"


_SIGNS: Final = _Signs()
_KINDS: Final = _Kinds()


def _clean(value: str) -> str:
    text = _compiled(_NEVER).sub(lambda run: _REPLACEMENT * len(run.group()), value.replace("\r\n", "\n"))
    ordinary = len(set(text)) < _MANY
    text = (
        text.translate(_SIGNS)
        if ordinary
        else _compiled(_SUSPECTS).sub(lambda run: run.group().translate(_SIGNS), text)
    )
    if _compiled(_SUSPECT).search(text) is None:
        return text
    shown: list[str] = []
    outline = text if ordinary else _compiled(_LARGE_SCRIPTS).sub(lambda run: "x" * len(run.group()), text)
    for part in _compiled(_PARTS).finditer(outline.translate(_KINDS)):
        start, end = part.span()
        if part.lastgroup == "well":
            shown.append(text[start:end])
        elif part.lastgroup == "orphan":
            shown += (_NO_BASE, text[start:end])
        else:
            shown.append(_REPLACEMENT)
            if part.lastgroup == "lone":
                shown.append(text[start + 1 : end])
    return "".join(shown)


def needs_cleaning(text: str) -> bool:
    """Whether anything in the text has to be looked at more closely; False means it is safe as it is."""
    return _UNUSUAL.search(text) is not None and _compiled(_SUSPECT).search(text) is not None


def safe_text(value: str, *, limit: int | None = None) -> str:
    """The text with everything that could act on a terminal, or hide, shown as a visible sign.

    Controls become their pictures, other invisible or unassigned code points U+FFFD, all kinds of line ends a
    line break and tabs four blanks; nothing around them is dropped (security.md 2.3 R3). Honest text comes
    out unchanged, cleaning twice changes nothing, and the time is linear. With `limit`, a longer text is cut
    to that many characters, the last one an ellipsis.
    """
    if limit is None:
        return _clean(value) if needs_cleaning(value) else value
    text = safe_text(value[: limit + 32])
    if len(value) <= limit + 32 and len(text) <= limit:
        return text
    return (_trim(text[: max(limit - 1, 0)]) + "…")[:limit]


def safe_line(value: str) -> str:
    """The text cleaned as in `safe_text` and on one line: a line break is shown as ↵."""
    if value.isascii() and value.isprintable():
        return value
    return safe_text(value).replace("\n", _LINE_SIGN)


def _trim(text: str) -> str:
    """Without a joiner or selector left hanging by a cut."""
    return text.rstrip(_DANGLING)


def is_blank(value: str) -> bool:
    """Whether a reader would see nothing at all in this text."""
    return all(char.isspace() or char == "\u2800" or _hidden(char) for char in value)


def _hidden(char: str) -> bool:
    return char in _LOOKS_EMPTY or unicodedata.category(char) in ("Cf", "Mn", "Cc")


def refuse_unstorable(value: str, field: str | None = None) -> None:
    """Raise `ProtocolError` where no database could keep this text: U+0000 or a lone surrogate (R4)."""
    found = _UNSTORABLE.search(value)
    if found is None:
        return
    if found.group() == "\x00":
        raise ProtocolError(Fault.NUL, field, "the text holds the character U+0000")
    raise ProtocolError(Fault.SURROGATE, field, "the text holds half a surrogate pair")
