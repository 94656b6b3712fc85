"""A signed note as plain text for the record, under the unit's headings (slides 76-77)."""

from clinic_tui.domain.note import NOTE_HERE, is_keyword_template


def for_the_record(note: str, template: str, contact_type: str = "") -> str:
    """The note under the template's headings, the contact type first.

    What the note has under a heading of the template stands under it; what comes before the first of them
    goes where the template has `{note}`. Nothing is left out or written twice.
    """
    lines = (template if is_keyword_template(template) else NOTE_HERE).strip().split("\n")
    sections = _sections(note, {_words(line) for line in lines} - {"", NOTE_HERE})
    written = [contact_type, ""]
    for line in lines:
        if NOTE_HERE in line:
            written.append(line.replace(NOTE_HERE, "\n".join(sections.pop("", []))))
        else:
            written += [line, *sections.pop(_words(line) or NOTE_HERE, [])]
    return _tidy("\n".join(written).split("\n"))


def _words(line: str) -> str:
    """What a heading is known by."""
    return line.strip().removesuffix(":").strip().casefold()


def _sections(note: str, headings: set[str]) -> dict[str, list[str]]:
    """The note's lines by the heading they stand under, one of these; by the empty one until the first."""
    found: dict[str, list[str]] = {}
    here = ""
    for line in note.strip().split("\n"):
        opening, colon, rest = line.partition(":")
        text = [line]
        if _words(line) in headings:
            here, text = _words(line), []
        elif colon and _words(opening) in headings:
            here, text = _words(opening), [rest.strip()]
        found.setdefault(here, []).extend(text)
    return found


def _tidy(lines: list[str]) -> str:
    """The lines with one blank at most between two, and none at the ends."""
    tidy: list[str] = []
    for line in lines:
        if line.strip() or (tidy and tidy[-1]):
            tidy.append(line.rstrip())
    return "\n".join(tidy).strip() + "\n"
