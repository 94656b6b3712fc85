"""The norms of the code: sizes, docstrings, and what may stand in a file at all."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIMITS = {"file": 400, "test": 600, "function": 50, "methods": 25}
PACKAGES = ("clinic_tui", "screens", "styles")
FORBIDDEN = re.compile(
    r"(?:py"
    r"pi\.org|python"
    r"hosted\.org|registry\.npm"
    r"js\.org|deb\.deb"
    r"ian\.org|/wor"
    r"k/|/far"
    r"m/)"
)
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources() -> list[Path]:
    folders = (*PACKAGES, "tests", "benchmarks", "scripts")
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def shipped() -> list[Path]:
    return [path for folder in PACKAGES for path in sorted((ROOT / folder).rglob("*.py"))]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", sources(), ids=named)
def test_no_file_function_or_class_passes_its_limit(path: Path) -> None:
    text = path.read_text()
    limit = LIMITS["test"] if named(path).startswith("tests") else LIMITS["file"]
    over = [f"{text.count(chr(10))} lines"] if text.count("\n") > limit else []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, _Function) and (node.end_lineno or 0) - node.lineno >= LIMITS["function"]:
            over.append(f"{node.name}: {(node.end_lineno or 0) - node.lineno + 1} lines")
        if isinstance(node, ast.ClassDef):
            methods = sum(isinstance(child, _Function) for child in node.body)
            if methods > LIMITS["methods"]:
                over.append(f"{node.name}: {methods} methods")
    assert not over


@pytest.mark.parametrize("path", shipped(), ids=named)
def test_every_module_and_everything_public_says_what_it_is(path: Path) -> None:
    tree = ast.parse(path.read_text())
    silent = [] if ast.get_docstring(tree) or not tree.body else ["the module"]
    for node in tree.body:
        public = isinstance(node, ast.ClassDef | _Function) and not node.name.startswith("_")
        if public and not ast.get_docstring(node):
            silent.append(node.name)
    assert not silent


def test_the_median_file_is_small() -> None:
    sizes = sorted(path.read_text().count("\n") for path in shipped())
    assert sizes[len(sizes) // 2] <= 160


def test_no_tracked_file_names_a_registry_or_a_place_on_a_machine() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    found = []
    for name in tracked.stdout.splitlines():
        path = ROOT / name
        if path.is_file() and path.stat().st_size < 1 << 20 and path.suffix not in {".mo", ".png"}:
            found += [
                name for line in path.read_text(errors="replace").splitlines() if FORBIDDEN.search(line)
            ]
    assert not found


def test_outside_text_never_becomes_markup() -> None:
    """No shipped module escapes markup, renders Markdown, or switches markup on."""
    banned = re.compile(r"import escape|\bMarkdown\(|markup=True|from_markup\(f|shell=True|\beval\(|pickle")
    found = [
        f"{named(path)}:{n}"
        for path in shipped()
        for n, line in enumerate(path.read_text().splitlines(), 1)
        if banned.search(line)
    ]
    assert not found
