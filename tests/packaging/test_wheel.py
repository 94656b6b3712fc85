"""The wheel: built, installed into a fresh environment, and asked for its version."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_code_styles_texts_data_and_migrations(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for part in ("clinic_tui/cli.py", "screens/drop_in.py", "styles/base.tcss", "clinic_tui/py.typed"):
        assert part in names
    for ending in (
        "locale/sv.mo",
        "profiles/vastmanland.toml",
        "demo/data/staff.json",
        "store/migrations/env.py",
    ):
        assert any(name.endswith(ending) for name in names), ending
    assert not any(name.startswith(("tests/", "benchmarks/")) for name in names)


def test_the_installed_wheel_starts_without_the_checkout(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=False, system_site_packages=False)
    python = tmp_path / "env" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "-q", "--no-deps", str(wheel)], check=True)
    site = Path(sys.executable).parents[1] / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    environment = {"PYTHONPATH": str(site), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    tool = str(python.with_name("clinic-tui"))
    version = subprocess.run(
        [tool, "--version"], capture_output=True, text=True, check=True, cwd=tmp_path, env=environment
    )
    assert version.stdout.startswith("clinic-tui ")
    code = "import clinic_tui.app, screens.drop_in; print(screens.__file__)"
    loaded = subprocess.run(
        [str(python), "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path, env=environment
    )
    assert str(tmp_path) in loaded.stdout
