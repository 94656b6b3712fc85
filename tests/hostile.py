"""Hostile and honest strings, and what of them a terminal must never see."""

import json
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parents[2] / "shared" / "data"


@dataclass(frozen=True)
class Hostile:
    """One string of the corpus; an honest one must be shown as it is."""

    name: str
    text: str
    honest: bool = False


CORE = (
    Hostile("clears the screen", "\x1b[2J\x1b[HAllt klart. Tryck J för att signera"),
    Hostile("window title", "\x1b]0;LÄKARE\x07 text efter"),
    Hostile("clipboard", "\x1b]52;c;cm0gLXJmIH4=\x1b\\"),
    Hostile("file link", "\x1b]8;;file:///etc/passwd\x1b\\bilaga.pdf\x1b]8;;\x1b\\"),
    Hostile("answers as keys", "\x1b[c\x1b[5n\x1b[>q\x1bZ"),
    Hostile("device control", "\x1bPtmux;\x1b\x1b]52;c;QQ==\x1b\x1b\\\x1b\\"),
    Hostile("unterminated", "\x1b]0;aldrig avslutad"),
    Hostile("eight-bit", "före \x9b2J \x9d0;x\x9c \x90q\x9c efter"),
    Hostile("every control", "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0)]))),
    Hostile("overwriting", "Dos 10 mg\rDos 1 \x08\x08 mg"),
    Hostile("turned around", "Ta \u202e gm 001\u202c varje \u2066dag\u2069 \u200f\u061c"),
    Hostile("invisible", "An\u200dna\u200b \u2060\ufeff\u00ad\u034f\u115f\u3164\u180e Svensson"),
    Hostile("tags", "hej\U000e0041\U000e0042\U000e007f"),
    Hostile("separators", "rad\u2028stycke\u2029slut\x85"),
    Hostile("private, empty and no characters", "\ue000\U000f0000\u0378\ufdd0\ufffe\U0003ffff"),
    Hostile("half pairs", "\ud83d och \udc00\ud800"),
    Hostile("marks on one letter", "a" + "\u0301" * 500),
    Hostile("marks with no letter", "\u0301\u20dd text\n\u0301"),
    Hostile("joiner chain", "👩" + "\u200d👩" * 200),
    Hostile("skin tones on a letter", "a" + "\U0001f3ff" * 60),
    Hostile("Korean vowels stacked", "ᄀ" + "\u1161" * 200),
    Hostile("selectors", "a\ufe0f1\ufe0f\ufe00\U000e0100"),
    Hostile("closing tag", "hej [/b] då"),
    Hostile("tag in capitals", "[TODO] ring patienten"),
    Hostile("click action", "[@click=app.quit]Klicka här[/]"),
    Hostile("link tag", "[link='https://x.invalid']Boka[/link] [link=https://x.invalid]x[/]"),
    Hostile("brackets", "[" * 50 + "\\[b]x [ ] [1] :pill:"),
    Hostile("one long word", "a" * 20_000),
    Hostile("escape flood", "\x1b[m" * 5_000),
    Hostile("tabs", "\t" * 500),
    Hostile("plain Swedish", "Hej! Jag har 38,5 °C i feber sedan i går. /Åsa", honest=True),
    Hostile("brackets of a nurse", "Blodtryck 140/90, puls [72]", honest=True),
    Hostile("Sámi", "Čáhppes, đuoŋŋá, ŧ ž", honest=True),
    Hostile("Swedish in parts", unicodedata.normalize("NFD", "Åsa Öberg äter smörgås"), honest=True),
    Hostile("Vietnamese in parts", unicodedata.normalize("NFD", "Tiếng Việt được"), honest=True),
    Hostile("Persian", "سلام، حال شما چطور است؟ می\u200cخواهم", honest=True),
    Hostile("Arabic with vowels", "مَرْحَبًا ١٢٣", honest=True),
    Hostile("old Sorani", "ئه\u200cوه\u200c له\u200c كوێ", honest=True),
    Hostile("Hebrew", "שָׁלוֹם 10 mg", honest=True),
    Hostile("Hindi", "नमस्ते क्\u200dष", honest=True),
    Hostile("Bengali", "র\u200d্য", honest=True),
    Hostile("Sinhala", "ශ්\u200dරී ලංකා", honest=True),
    Hostile("Malayalam", "ന\u0d4d\u200d അവൻ", honest=True),
    Hostile("Tibetan", "བོད་སྐད་རྒྱུད", honest=True),
    Hostile("Thai", "สวัสดีค่ะ ปวดหัว", honest=True),
    Hostile("Korean", "안녕하세요 한글 ᄒᆞᆫ", honest=True),
    Hostile("Chinese and Japanese", "我头疼。 お腹が痛いです ｶﾅ", honest=True),
    Hostile("Russian and Greek", "Здравствуйте Καλημέρα", honest=True),
    Hostile("Tigrinya", "ሰላም ከመይ ኣለኹም", honest=True),
    Hostile("family", "👨\u200d👩\u200d👧 mår bra", honest=True),
    Hostile("kiss in two tones", "👩🏽\u200d❤️\u200d💋\u200d👨🏿", honest=True),
    Hostile("emoji with selector", "❤️ ☝🏽 👁️\u200d🗨️ 🏳️\u200d🌈 ™️ ☺︎", honest=True),
    Hostile("new emoji", "\U0001fae9 \U0001fae8 \U0001f6dc", honest=True),
    Hostile("flags and keycaps", "🇸🇪🇫🇮 1️⃣ #️⃣", honest=True),
    Hostile("signs of Markdown", "a_b*c~d`e\n1. Först\n2. Sedan\n# x", honest=True),
    Hostile("blanks", "a\u00a0b\u2009c\u3000d", honest=True),
    Hostile("the sign itself", "\ufffd ␛ ↵ …", honest=True),
)
"""The strings the tests carry themselves."""


def _expanded(entry: dict[str, Any]) -> str:
    if "text" in entry:
        return str(entry["text"])
    sign, times = entry["repeat"]
    return str(entry.get("prefix", "")) + sign * times + str(entry.get("suffix", ""))


def load_hostile() -> list[Hostile]:
    """The strings carried here, and those of the shared corpus where there is one."""
    file = CORPUS / "hostile_strings.json"
    if not file.exists():
        return list(CORE)
    entries = json.loads(file.read_text())["strings"]
    shared = [Hostile(one["id"], _expanded(one), bool(one.get("must_survive"))) for one in entries]
    return [*CORE, *shared]


def load_bodies() -> list[tuple[str, bytes]]:
    """The malformed bodies of the shared corpus, by name; none where there is no corpus."""
    import base64

    file = CORPUS / "malformed_inputs.json"
    if not file.exists():
        return []
    bodies: list[tuple[str, bytes]] = []
    for one in json.loads(file.read_text())["inputs"]:
        if one["kind"] != "json_body" or not {"payload", "repeat", "payload_base64"} & one.keys():
            continue
        if "payload_base64" in one:
            bodies.append((one["name"], base64.b64decode(one["payload_base64"])))
        else:
            text = one["payload"] if "payload" in one else _expanded(one)
            bodies.append((one["name"], text.encode()))
    return bodies


_BAD = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ud800-\uf8ff\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U000e0000-\U0010ffff]"
)


def bad_code_points(text: str) -> list[str]:
    """The code points of a shown text that act, hide or have no meaning; line breaks are not among them."""
    return [f"U+{ord(char):04X}" for char in _BAD.findall(text)]


_TOKEN = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[P_^X][^\x1b]*\x1b\\"
    rb"|\x1b.?|[\x00-\x1f\x7f]",
    re.DOTALL,
)
_LEGITIMATE = re.compile(
    rb"\x1b\[[0-9;:]*m"  # colours and styles
    rb"|\x1b\[(?:\d+;\d+)?H|\x1b\[\d*[ABCDGJK]"  # moving and clearing
    rb"|\x1b\[\?(?:1049|1000|1002|1003|1015|1006|1016|1004|25|2004|2026|2048|2031|7)[hl]"  # modes
    rb"|\x1b\[\?(?:2026|2048|2031)\$p|\x1b\[\?996n|\x1b\[[><=]\d*(?:;\d+)?u"  # what the terminal can do
    rb"|\x1b\]22;[a-z-]+\x07|\x1b\]52;c;[A-Za-z0-9+/=]*\x07"  # pointer shape; a copy that the user asked for
    rb"|\x1b\]2;(?:\(\d{1,3}\) )?clinic-tui\x1b\\|\x1b\[2[23];2t"  # the window's title, kept and given back
    rb"|\x1b\[6n|\x1b\[c|\x1b[78]|[\r\n]"
)
_TOLD = rb"Clinic: (?:[0-9a-z ,-]|\xc3[\xa4\xa5\xb6])+\x1b\\"
_ANNOUNCEMENT = re.compile(rb"\x07\x1b\]777;notify;clinic-tui;" + _TOLD + rb"\x1b\]9;" + _TOLD)
"""The bell, and a few words of the program's own for the desktop, written in one go."""


def control_violations(output: bytes) -> Counter[bytes]:
    """What stands in raw terminal output and is neither text nor a sequence that the program itself writes.

    Text that is not UTF-8 counts as well, and so do code points that act or hide.
    """
    output = _ANNOUNCEMENT.sub(b"", output)
    violations = Counter(token for token in _TOKEN.findall(output) if not _LEGITIMATE.fullmatch(token))
    shown = _TOKEN.sub(b"", output).decode("utf-8", "surrogateescape")
    violations.update(point.encode() for point in bad_code_points(shown))
    return violations
