"""Starts the workstation: files, language and environment first, then the app; and ends it in order."""

import gc
import os
from collections.abc import Callable
from pathlib import Path

from clinic_tui.i18n import language_from_environment, set_language
from clinic_tui.storage.environment import clean_environment

GC_THRESHOLDS = (20_000, 25, 50)
"""Collections are rare, so that none falls between a key and its answer; see benchmarks."""


def run_workstation(
    server: str,
    *,
    lang: str | None = None,
    token: str = "",
    config: Path | None = None,
    private: bool = False,
    on_exit: Callable[[], None] | None = None,
) -> int:
    """Open the workstation on this terminal until the user leaves; returns the exit code.

    `token` is a session to use instead of signing in. A private workstation reads and keeps no files.
    """
    clean_environment(os.environ)
    gc.disable()
    from clinic_tui.options import Options
    from clinic_tui.storage.config import Config, load_config
    from clinic_tui.storage.paths import find_paths

    settings = Config()
    notes: tuple[str, ...] = ()
    paths = None if private else find_paths()
    file = None if private else (config or (paths and paths.config))
    if file is not None:
        settings, notes = load_config(file)
    set_language(language_from_environment(lang or settings.ui.language))
    options = Options(
        server=server,
        config=settings,
        token=token,
        config_file=file,
        filter_folder=paths and paths.filters,
        incidents=paths and paths.incidents,
        notes=notes,
        private=private,
    )
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
        app.link.close(timeout=1.0)
        if on_exit is not None:
            on_exit()
    return 1 if app.return_code and not code else (code or 0)
