"""What each door of the program loads: the start must stay light, and the two halves apart."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BACKEND = {"sqlalchemy", "starlette", "uvicorn", "asyncpg", "alembic", "argon2", "holidays"}
TERMINAL = {"textual", "rich"}
NETWORK = {"httpx", "websockets", "keyring"}


def loaded(code: str) -> set[str]:
    program = f"import sys\n{code}\nprint(' '.join({{name.split('.')[0] for name in sys.modules}}))"
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(run.stdout.split("\n")[-2].split())


def test_asking_for_the_version_loads_next_to_nothing() -> None:
    start = "sys.argv = ['clinic-tui', '--version']\nfrom clinic_tui.cli import main\n"
    code = start + "try:\n    main()\nexcept SystemExit:\n    pass"
    assert not loaded(code) & (BACKEND | TERMINAL | NETWORK | {"msgspec"})


@pytest.mark.parametrize(
    ("module", "kept_out"),
    [
        ("clinic_tui.domain.cases", BACKEND | TERMINAL | NETWORK | {"msgspec"}),
        ("clinic_tui.protocol.commands", BACKEND | TERMINAL | NETWORK),
        ("clinic_tui.client.link", BACKEND | TERMINAL | NETWORK),
        ("clinic_tui.state.desk", BACKEND | TERMINAL | NETWORK),
        ("clinic_tui.app", BACKEND | NETWORK),
        ("clinic_tui.backend.app", TERMINAL | NETWORK - {"websockets"} | {"holidays"}),
    ],
)
def test_a_layer_loads_nothing_of_what_is_not_its_own(module: str, kept_out: set[str]) -> None:
    assert not loaded(f"import {module}") & kept_out


def test_a_planted_violation_of_the_layers_is_found(tmp_path: Path) -> None:
    import shutil

    for name in ("clinic_tui", "screens", "styles", "pyproject.toml"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tmp_path / name)
    planted = tmp_path / "clinic_tui" / "state" / "planted.py"
    planted.write_text('"""Planted."""\n\nimport textual  # noqa: F401\n')
    tool = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run(
        [str(tool), "--no-cache"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )
    assert run.returncode != 0
    assert "planted" in run.stdout
