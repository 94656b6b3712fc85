"""Where the style sheets are, and the themes they draw their colours from."""

from pathlib import Path, PurePath

STYLES_DIR: Path = Path(__file__).resolve().parent


def css_paths(*names: str) -> list[str | PurePath]:
    """The absolute paths of these style sheets, named without ending (``css_paths("base", "visit")``)."""
    return [STYLES_DIR / f"{name}.tcss" for name in names]
