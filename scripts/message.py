"""Add or change one Swedish text in the catalogue and compile it: message.py "English" "Svenska"."""

import argparse
import fcntl
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

LOCALE = Path(__file__).parents[1] / "clinic_tui" / "i18n" / "locale"


def load() -> Catalog:
    """The Swedish catalogue as it stands."""
    source = LOCALE / "sv.po"
    if not source.exists():
        return Catalog(locale="sv", project="clinic-tui", fuzzy=False)
    with source.open("rb") as file:
        return read_po(file, locale="sv")


def save(catalogue: Catalog) -> None:
    """Write the catalogue and its compiled form, sorted, without places or dates."""
    with (LOCALE / "sv.po").open("wb") as file:
        write_po(file, catalogue, sort_output=True, omit_header=False, no_location=True, width=100)
    with (LOCALE / "sv.mo").open("wb") as file:
        write_mo(file, catalogue)


def main() -> None:
    """Read the arguments and change the catalogue under a lock."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("english", nargs="?")
    parser.add_argument("swedish", nargs="*")
    parser.add_argument("--plural", help="the English plural; then give two Swedish texts")
    parser.add_argument("--context")
    parser.add_argument("--compile", action="store_true", help="only compile")
    options = parser.parse_args()
    with (LOCALE / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        catalogue = load()
        if not options.compile:
            key = (options.english, options.plural) if options.plural else options.english
            text = tuple(options.swedish) if options.plural else options.swedish[0]
            catalogue.add(key, text, context=options.context)
            catalogue[options.english if options.context is None else (options.english, options.context)]
            message = catalogue.get(options.english, options.context)
            if message is not None:
                message.string = text
        save(catalogue)


if __name__ == "__main__":
    main()
