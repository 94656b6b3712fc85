"""Where the workstation keeps its files: the XDG folders, or what the platform has instead."""

from dataclasses import dataclass
from pathlib import Path

_NAME = "clinic-tui"


@dataclass(frozen=True)
class Paths:
    """The workstation's files; every one may be missing."""

    config: Path
    """The settings, `config.toml`."""
    filters: Path
    """The folder of saved filters."""
    log: Path
    """The log file."""
    journal: Path
    """The folder of what is unsent."""
    incidents: Path
    """The record of crashes."""


def find_paths() -> Paths | None:
    """This user's files; None when there is no home folder to keep any in, so that nothing is kept."""
    import platformdirs

    folders = platformdirs.PlatformDirs(_NAME, appauthor=False)
    try:
        config, data, state = folders.user_config_path, folders.user_data_path, folders.user_state_path
    except (RuntimeError, OSError, KeyError):
        return None
    if not all(folder.is_absolute() for folder in (config, data, state)):
        return None
    return Paths(
        config=config / "config.toml",
        filters=data / "filters",
        log=state / "clinic-tui.log",
        journal=state / "unsent",
        incidents=state / "incidents.jsonl",
    )
