"""Where things lie on this computer (XDG)."""

from pathlib import Path

from platformdirs import PlatformDirs

_DIRS = PlatformDirs("clinic-tui", appauthor=False)


def config_file() -> Path:
    """The workstation's settings."""
    return _DIRS.user_config_path / "config.toml"


def default_database() -> str:
    """The address of the database a backend uses when none is named."""
    return f"sqlite:///{_DIRS.user_data_path / 'clinic.db'}"


def demo_database() -> str:
    """The address of the database that `serve --demo-data` uses when none is named: never the real one."""
    return f"sqlite:///{_DIRS.user_data_path / 'demo.db'}"


def incident_file() -> Path:
    """Crashes on record."""
    return _DIRS.user_state_path / "incidents.jsonl"
