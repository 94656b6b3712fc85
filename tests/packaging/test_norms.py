"""The norms of the code: sizes, docstrings, and what may stand in a file at all."""

import ast
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIMITS = {"file": 400, "test": 600, "function": 50}
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


def test_no_file_or_function_passes_its_limit() -> None:
    over: list[str] = []
    for path in sources():
        text = path.read_text()
        limit = LIMITS["test"] if named(path).startswith("tests") else LIMITS["file"]
        if text.count("\n") > limit:
            over.append(f"{named(path)}: {text.count(chr(10))} lines")
        over += [
            f"{named(path)}: {node.name}: {(node.end_lineno or 0) - node.lineno + 1} lines"
            for node in ast.walk(ast.parse(text))
            if isinstance(node, _Function) and (node.end_lineno or 0) - node.lineno >= LIMITS["function"]
        ]
    assert not over


def test_every_module_and_everything_public_says_what_it_is() -> None:
    silent: list[str] = []
    for path in shipped():
        tree = ast.parse(path.read_text())
        if tree.body and not ast.get_docstring(tree):
            silent.append(named(path))
        for node in tree.body:
            public = isinstance(node, ast.ClassDef | _Function) and not node.name.startswith("_")
            if public and not ast.get_docstring(node):
                silent.append(f"{named(path)}: {node.name}")
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
