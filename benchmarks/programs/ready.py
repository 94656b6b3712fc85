"""What every measured Textual program shares: our theme, and a garbage collector that keeps away."""

import gc

from textual.app import App

from styles.themes import DARK, VARIABLE_DEFAULTS, register_themes


class Measured(App[None]):
    """An app in our dark theme."""

    ENABLE_COMMAND_PALETTE = False

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our variables, so that the style sheets parse."""
        return VARIABLE_DEFAULTS

    def on_mount(self) -> None:
        """Wear the theme, and freeze what was made at the start."""
        register_themes(self)
        self.theme = DARK.name
        self.call_after_refresh(_freeze)


def _freeze() -> None:
    gc.collect()
    gc.freeze()
