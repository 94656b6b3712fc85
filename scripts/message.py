"""Keep the Swedish texts: add or change one, list what is missing, remove what is unused, compile."""

import argparse
import ast
import fcntl
import io
import re
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
LOCALE = ROOT / "clinic_tui" / "i18n" / "locale"
SOURCES = ("clinic_tui", "screens", "styles")
MARKS = {"_": 1, "N_": 1, "ngettext": 2, "pgettext": 2}
"""The functions that mark a text, with how many of their first arguments are texts."""
HEADER = """\
# The Swedish texts of clinic-tui.
msgid ""
msgstr ""
"Project-Id-Version: clinic-tui\\n"
"Language: sv\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
STABLE = datetime(2000, 1, 1, tzinfo=UTC)
"""The date in the compiled file, so that the same texts give the same bytes."""

MessageId = str | list[str] | tuple[str, ...]
Key = tuple[str, str | None]
"""The (singular) source text and its context."""


def load() -> Catalog:
    """The Swedish catalogue as it stands."""
    source = LOCALE / "sv.po"
    if not source.exists():
        return Catalog(locale="sv", fuzzy=False)
    with source.open("rb") as file:
        return read_po(file, locale="sv")


def save(catalogue: Catalog) -> None:
    """Write the catalogue and its compiled form, sorted, without places or dates."""
    catalogue.project, catalogue.version = "clinic-tui", ""
    catalogue.creation_date = catalogue.revision_date = STABLE
    catalogue.msgid_bugs_address = catalogue.last_translator = catalogue.language_team = ""
    body = io.BytesIO()
    write_po(
        body, catalogue, sort_output=True, omit_header=True, no_location=True, ignore_obsolete=True, width=100
    )
    (LOCALE / "sv.po").write_bytes(HEADER.encode() + body.getvalue().strip() + b"\n")
    with (LOCALE / "sv.mo").open("wb") as file:
        write_mo(file, catalogue)


@contextmanager
def editing() -> Generator[Catalog]:
    """The catalogue under a lock; saved if the block ends well."""
    with (LOCALE / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        catalogue = load()
        yield catalogue
        save(catalogue)


def put(catalogue: Catalog, source: MessageId, text: MessageId, context: str | None = None) -> None:
    """Add a text or change it. Raises ValueError when the places to fill in differ from the source's."""
    wanted = _places(source)
    if any(_places(form) != wanted for form in _forms(text)):
        raise ValueError(f"not the same places to fill in: {source!r} -> {text!r}")
    catalogue.delete(source, context)
    catalogue.add(source, text, context=context)


def _forms(text: MessageId | None) -> tuple[str, ...]:
    return (text or "",) if text is None or isinstance(text, str) else tuple(text)


def _places(text: MessageId) -> set[str]:
    return {place for form in _forms(text) for place in re.findall(r"\{\w+\}", form)}


def in_the_code() -> dict[Key, tuple[str, MessageId]]:
    """Every text marked in the code, with the first place it stands at and its whole source text."""
    found: dict[Key, tuple[str, MessageId]] = {}
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for line, source, context in _marked(ast.parse(path.read_text(encoding="utf-8"))):
                place = f"{path.relative_to(ROOT)}:{line}"
                found.setdefault((_forms(source)[0], context), (place, source))
    return found


def _marked(tree: ast.AST) -> Iterator[tuple[int, MessageId, str | None]]:
    """The line, source text and context of every call that marks literal texts."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS):
            continue
        texts = [arg.value for arg in node.args[: MARKS[node.func.id]] if isinstance(arg, ast.Constant)]
        strings = [text for text in texts if isinstance(text, str)]
        if len(strings) != MARKS[node.func.id]:
            continue
        if node.func.id == "pgettext":
            yield node.lineno, strings[1], strings[0]
        else:
            yield node.lineno, strings[0] if len(strings) == 1 else tuple(strings), None


def _key(message: Message) -> Key:
    return _forms(message.id)[0], message.context


def missing() -> list[str]:
    """The texts in the code that have no Swedish, each as a line with its place and context."""
    texts = {_key(message): message for message in load() if message.id}
    lines: list[str] = []
    for key, (place, source) in in_the_code().items():
        text = texts.get(key)
        if text is None or not all(_forms(text.string)) or text.pluralizable != isinstance(source, tuple):
            lines.append(f"{place} {source!r}" + (f" ({key[1]})" if key[1] else ""))
    return lines


def prune(catalogue: Catalog) -> list[str]:
    """Remove the texts that the code no longer marks, and return their source texts."""
    used = in_the_code()
    unused = [message for message in catalogue if message.id and _key(message) not in used]
    for message in unused:
        catalogue.delete(message.id, message.context)
    return [_key(message)[0] for message in unused]


def main() -> int:
    """Read the arguments and do what they say; 1 when texts are missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("english", nargs="?", help="the source text")
    parser.add_argument("swedish", nargs="*", help="the Swedish text; two of them with --plural")
    parser.add_argument("--plural", help="the English plural")
    parser.add_argument("--context", help="pgettext's context")
    parser.add_argument("--compile", action="store_true", help="only tidy and compile")
    parser.add_argument("--missing", action="store_true", help="list the texts that have no Swedish")
    parser.add_argument("--prune", action="store_true", help="remove the texts that the code no longer marks")
    options = parser.parse_args()
    if options.missing:
        lines = missing()
        sys.stdout.write("".join(line + "\n" for line in lines))
        return 1 if lines else 0
    if not (options.compile or options.prune) and len(options.swedish) != (2 if options.plural else 1):
        parser.error("give the English and the Swedish text")
    with editing() as catalogue:
        if options.prune:
            sys.stdout.write("".join(source + "\n" for source in prune(catalogue)))
        elif options.english is not None:
            source = (options.english, options.plural) if options.plural else options.english
            text = tuple(options.swedish) if options.plural else options.swedish[0]
            put(catalogue, source, text, options.context)
    return 0


if __name__ == "__main__":
    sys.exit(main())
