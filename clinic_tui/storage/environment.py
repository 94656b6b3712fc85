"""The environment as the workstation wants it, set before Textual is imported."""

from collections.abc import MutableMapping
from typing import Final

FRAMES_PER_SECOND: Final = 240
"""Textual paints once a frame: at 60 a message shows 12 ms late, at 240 two (performance.md)."""

_SECRETS_ON_DISK: Final = "SSLKEYLOGFILE"
"""Would have every TLS key written to a file (security.md 4.10)."""


def clean_environment(environ: MutableMapping[str, str]) -> None:
    """Take away what could steer Textual from outside, and set what the workstation wants.

    `TEXTUAL_*` can write logs and screenshots of patients, press keys and load a class (security.md 2.2, R8).
    """
    for name in list(environ):
        if name == "TEXTUAL" or name.startswith("TEXTUAL_") or name == _SECRETS_ON_DISK:
            del environ[name]
    environ["TEXTUAL_FPS"] = str(FRAMES_PER_SECOND)
    environ["TEXTUAL_ANIMATIONS"] = "none"
