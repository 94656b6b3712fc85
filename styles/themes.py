"""The colours: a calm dark theme, its light and high-contrast kin, and the terminal's own sixteen."""

from dataclasses import replace
from typing import Any, get_args

from textual.app import App
from textual.theme import BUILTIN_THEMES, Theme

from clinic_tui.storage.config import Theme as ThemeName

SETTINGS: tuple[str, ...] = get_args(ThemeName)
"""What a user may write as the theme in the configuration; the first is the default."""


_TEXTUAL_NAMES = {"background", "foreground", "accent", "warning", "error", "success", "panel", "surface"}


def _variables(colours: dict[str, str], badges: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """The theme's variables: our own names, and Textual's own parts tied to them."""
    c = colours
    variables = {name: colour for name, colour in c.items() if name not in _TEXTUAL_NAMES}
    for number, (background, text) in enumerate(badges, start=1):
        variables[f"prio-{number}"] = background
        variables[f"prio-{number}-text"] = text
    return variables | {
        "text-muted": c["muted"],
        "border": c["accent"],
        "border-blurred": c["line"],
        "block-cursor-background": c["cursor"],
        "block-cursor-foreground": c["foreground"],
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": c["cursor-blurred"],
        "block-cursor-blurred-foreground": c["foreground"],
        "block-hover-background": c["cursor-blurred"],
        "input-selection-background": c["selection"],
        "input-selection-foreground": c["foreground"],
        "input-cursor-background": c["accent"],
        "input-cursor-foreground": c["on-accent"],
        "screen-selection-background": c["selection"],
        "screen-selection-foreground": c["foreground"],
        "scrollbar": c["line"],
        "scrollbar-hover": c["muted"],
        "scrollbar-active": c["accent"],
        "scrollbar-background": c["background"],
        "scrollbar-background-hover": c["background"],
        "scrollbar-background-active": c["background"],
        "scrollbar-corner-color": c["background"],
        "footer-background": c["chrome"],
        "footer-foreground": c["muted"],
        "footer-key-background": c["accent"],
        "footer-key-foreground": c["on-accent"],
        "footer-description-background": c["chrome"],
        "footer-description-foreground": c["muted"],
        "footer-item-background": c["chrome"],
        "link-color": c["accent"],
    }


def _theme(
    name: str,
    colours: dict[str, str],
    badges: tuple[tuple[str, str], ...],
    *,
    dark: bool = True,
) -> Theme:
    return Theme(
        name=name,
        primary=colours["accent"],
        secondary=colours["staff-chat"],
        accent=colours["accent"],
        warning=colours["warning"],
        error=colours["error"],
        success=colours["success"],
        foreground=colours["foreground"],
        background=colours["background"],
        surface=colours["surface"],
        panel=colours["panel"],
        dark=dark,
        variables=_variables(colours, badges),
    )


DARK = _theme(
    "clinic-dark",
    {
        "background": "#14181d",
        "panel": "#1b2128",
        "surface": "#222a33",
        "chrome": "#0e1115",
        "foreground": "#e6e9ec",
        "muted": "#8b98a5",
        "line": "#2f3944",
        "accent": "#5fb3b3",
        "on-accent": "#0e1115",
        "warning": "#f0883e",
        "on-warn": "#14181d",
        "error": "#f0776c",
        "success": "#56b881",
        "cursor": "#24303a",
        "cursor-blurred": "#1d252d",
        "selection": "#2b5560",
        "resident": "#d9b98a",
        "staff": "#5fb3b3",
        "staff-chat": "#b79ce8",
        "staff-chat-surface": "#231d38",
        "on-staff-chat": "#14101f",
        "prio-other": "#3a444f",
        "prio-other-text": "#e6e9ec",
    },
    (
        ("#cb3a34", "#ffffff"),
        ("#f0883e", "#14181d"),
        ("#e8c547", "#14181d"),
        ("#2f7d50", "#ffffff"),
        ("#2f6fc4", "#ffffff"),
    ),
)

LIGHT = _theme(
    "clinic-light",
    {
        "background": "#f8f9fa",
        "panel": "#eef1f4",
        "surface": "#ffffff",
        "chrome": "#e3e8ec",
        "foreground": "#1a2027",
        "muted": "#505c68",
        "line": "#c3ccd4",
        "accent": "#0b6666",
        "on-accent": "#ffffff",
        "warning": "#9a3f00",
        "on-warn": "#ffffff",
        "error": "#b3221b",
        "success": "#1c6b41",
        "cursor": "#d3e5e6",
        "cursor-blurred": "#e6ecef",
        "selection": "#aed6d8",
        "resident": "#74500f",
        "staff": "#0b6666",
        "staff-chat": "#6439a6",
        "staff-chat-surface": "#e9dff7",
        "on-staff-chat": "#ffffff",
        "prio-other": "#cdd5dc",
        "prio-other-text": "#1a2027",
    },
    (
        ("#c22f29", "#ffffff"),
        ("#f0883e", "#14181d"),
        ("#e8c547", "#14181d"),
        ("#2f7d50", "#ffffff"),
        ("#2f6fc4", "#ffffff"),
    ),
    dark=False,
)

CONTRAST = _theme(
    "clinic-contrast",
    {
        "background": "#000000",
        "panel": "#0d1114",
        "surface": "#151b20",
        "chrome": "#000000",
        "foreground": "#ffffff",
        "muted": "#d4d9de",
        "line": "#8c98a4",
        "accent": "#5ff5f5",
        "on-accent": "#000000",
        "warning": "#ffb454",
        "on-warn": "#000000",
        "error": "#ff9d94",
        "success": "#7dffb0",
        "cursor": "#004a5c",
        "cursor-blurred": "#26313a",
        "selection": "#00607a",
        "resident": "#ffd98a",
        "staff": "#5ff5f5",
        "staff-chat": "#d9bcff",
        "staff-chat-surface": "#2a1550",
        "on-staff-chat": "#000000",
        "prio-other": "#3a444f",
        "prio-other-text": "#ffffff",
    },
    (
        ("#b3000c", "#ffffff"),
        ("#ff9a3d", "#000000"),
        ("#ffe14d", "#000000"),
        ("#00602c", "#ffffff"),
        ("#0a4bb5", "#ffffff"),
    ),
)

_ANSI_BADGES = {
    "prio-1": "ansi_red",
    "prio-1-text": "ansi_bright_white",
    "prio-2": "ansi_bright_red",
    "prio-2-text": "ansi_black",
    "prio-3": "ansi_bright_yellow",
    "prio-3-text": "ansi_black",
    "prio-4": "ansi_green",
    "prio-4-text": "ansi_black",
    "prio-5": "ansi_blue",
    "prio-5-text": "ansi_bright_white",
    "prio-other": "ansi_white",
    "prio-other-text": "ansi_black",
}


def _ansi(name: str, *, grey: str, accent: str, on_accent: str, warning: str, resident: str) -> Theme:
    """Textual's own sixteen-colour theme, with the names that our style sheets use."""
    built_in = BUILTIN_THEMES[name]
    ours = {
        "chrome": "ansi_default",
        "muted": "ansi_default",
        "line": grey,
        "on-accent": on_accent,
        "on-warn": on_accent,
        "cursor": grey,
        "cursor-blurred": grey,
        "selection": accent,
        "resident": resident,
        "staff": accent,
        "staff-chat": "ansi_magenta",
        "staff-chat-surface": "ansi_default",
        "on-staff-chat": on_accent if name == "ansi-dark" else "ansi_bright_white",
    }
    return replace(
        built_in,
        primary=accent,
        accent=accent,
        warning=warning,
        variables=built_in.variables | ours | _ANSI_BADGES,
    )


ANSI_DARK = _ansi(
    "ansi-dark",
    grey="ansi_bright_black",
    accent="ansi_cyan",
    on_accent="ansi_black",
    warning="ansi_bright_yellow",
    resident="ansi_yellow",
)
ANSI_LIGHT = _ansi(
    "ansi-light",
    grey="ansi_white",
    accent="ansi_blue",
    on_accent="ansi_bright_white",
    warning="ansi_red",
    resident="ansi_magenta",
)

THEMES: tuple[Theme, ...] = (DARK, LIGHT, CONTRAST, ANSI_DARK, ANSI_LIGHT)
VARIABLE_DEFAULTS: dict[str, str] = dict(DARK.variables)
"""For `App.get_theme_variable_defaults`: style sheets parse even under a theme that is not ours."""

_BY_SETTING: dict[str, Theme] = dict(zip(SETTINGS, THEMES, strict=True))


def theme_for(setting: str) -> Theme:
    """The theme that a setting names; ValueError for a name that is not in SETTINGS."""
    try:
        return _BY_SETTING[setting]
    except KeyError:
        raise ValueError(f"unknown theme: {setting}") from None


def register_themes(app: App[Any]) -> None:
    """Make every theme of ours known to the app, under its own name."""
    for theme in THEMES:
        app.register_theme(theme)
