"""Starts the workstation: files, language and environment first, then the app; and ends it in order."""

import gc
import os
from pathlib import Path
from typing import TYPE_CHECKING

from clinic_tui.i18n import language_from_environment, set_language
from clinic_tui.storage.environment import clean_environment

if TYPE_CHECKING:
    from clinic_tui.options import Options

GC_THRESHOLDS = (20_000, 25, 50)
"""Collections are rare, so that none falls between a key and its answer; see benchmarks."""


def prepare() -> None:
    """Before Textual is imported: the environment it reads then, and no collections meanwhile."""
    clean_environment(os.environ)
    gc.disable()


def run_workstation(
    server: str,
    *,
    lang: str | None = None,
    token: str = "",
    config: Path | None = None,
    private: bool = False,
    accounts: tuple[str, ...] = (),
    password: str = "",
) -> int:
    """Open the workstation on this terminal until the user leaves; returns the exit code.

    `token` is a session to use instead of signing in. A private workstation reads and keeps no files.
    `accounts` and `password` are told at the sign-in of the demo.
    """
    prepare()
    options = _options(server, token, config, private=private)
    options.accounts, options.password = accounts, password
    set_language(language_from_environment(lang or options.config.ui.language))
    from clinic_tui.announcer import give_title_back
    from clinic_tui.app import ClinicApp
    from clinic_tui.widgets.terminal_input import harden_input

    harden_input()
    app = ClinicApp(options)
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    gc.enable()
    try:
        code = app.run()
    finally:
        app.ending.left()
        app.link.close(timeout=1.0)
        give_title_back(app.announcer.restore())
    return 1 if app.return_code and not code else (code or 0)


def _options(server: str, token: str, config: Path | None, *, private: bool) -> "Options":
    """What the files on this device say; for a private workstation nothing."""
    from clinic_tui.options import Options
    from clinic_tui.storage.config import load_config
    from clinic_tui.storage.paths import find_paths

    if private:
        return Options(server=server, token=token, private=True)
    paths = find_paths()
    options = Options(
        server=server,
        token=token,
        config_file=config or (paths and paths.config),
        filter_folder=paths and paths.filters,
        journal_folder=paths and paths.journal,
        incidents=paths and paths.incidents,
    )
    if options.config_file is not None:
        options.config, options.notes = load_config(options.config_file, aside=True)
    return options
