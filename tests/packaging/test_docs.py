"""The page of the architecture leads to what is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "architecture.md"
_FENCED = re.compile(r"```.*?```", re.DOTALL)
_QUOTED = re.compile(r"`([^`\s]+)`")
_FILE = re.compile(r"\.(?:py|toml|po|md)$")


def named() -> Iterator[tuple[str, list[Path]]]:
    """Every path the page names, with the folders named before it on its line, and theirs."""
    for line in _FENCED.sub("", PAGE.read_text()).splitlines():
        folders = [ROOT / "clinic_tui", ROOT]
        for name in _QUOTED.findall(line):
            if "/" in name or _FILE.search(name):
                yield name, list(folders)
                at = ROOT / name
                within = [at, *at.parents] if at.is_dir() else at.parents
                folders[:0] = [folder for folder in within if folder.is_relative_to(ROOT / "clinic_tui")]


NAMED = list(named())


@pytest.mark.parametrize(("name", "folders"), NAMED, ids=[name for name, _folders in NAMED])
def test_every_path_that_the_page_names_is_there(name: str, folders: list[Path]) -> None:
    assert any(list(folder.glob(name.rstrip("/"))) for folder in folders)


def test_the_page_names_the_parts_of_the_program() -> None:
    names = {name for name, _folders in NAMED}
    parts = {path.name for path in (ROOT / "clinic_tui").iterdir() if (path / "__init__.py").exists()}
    left_out = {part for part in parts if not any(f"clinic_tui/{part}" in name for name in names)}
    assert not left_out
