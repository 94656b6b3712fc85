"""The settings in config.toml: read strictly key by key, written with the user's comments kept."""

from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

import msgspec

from clinic_tui.i18n import _
from clinic_tui.protocol.address import BadAddressError, check_server
from clinic_tui.protocol.text import safe_line
from clinic_tui.storage.files import UnusableFileError, read_private, set_aside, write_private

Theme = Literal["dark", "light", "contrast", "ansi", "ansi-light"]
"""The colour themes by their names in the file."""


class ServerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Table `[server]`."""

    url: str | None = None
    """The backend's address."""


class UiSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Table `[ui]`."""

    theme: Theme = "dark"
    language: Literal["sv", "en"] | None = None
    """None follows the environment."""
    send_key: Literal["ctrl+j", "enter", "f9", "ctrl+enter", "ctrl+s"] = "ctrl+j"
    """The key that sends a message; with `enter`, another key makes a new line."""


class PrivacySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Table `[privacy]`."""

    copy_allowed: bool = True
    """Whether text may be copied out of the program."""


class NotificationSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Table `[notifications]`."""

    bell: bool = True
    """Whether what happens rings the terminal's bell."""
    title: bool = True
    """Whether the window's title counts what is unread."""
    desktop: bool = True
    """Whether the terminal is asked to show it on the desktop."""


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings; everything has a default."""

    server: ServerSettings = ServerSettings()
    ui: UiSettings = UiSettings()
    keys: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    """Action id to key."""
    privacy: PrivacySettings = PrivacySettings()
    notifications: NotificationSettings = NotificationSettings()


class LoadedConfig(NamedTuple):
    """The settings in force, and what was wrong with the file: one line each, for the user."""

    config: Config
    problems: tuple[str, ...] = ()


_TABLES: dict[str, type[msgspec.Struct]] = {
    "server": ServerSettings,
    "ui": UiSettings,
    "privacy": PrivacySettings,
    "notifications": NotificationSettings,
}


def load_config(path: Path, *, aside: bool = False) -> LoadedConfig:
    """The settings of this file. Never fails: what is wrong takes its default and is reported.

    The file is left as it is; with `aside`, one that is no TOML at all is kept beside as `.bad-<time>`.
    """
    try:
        data = read_private(path)
    except UnusableFileError as error:
        return LoadedConfig(Config(), (str(error),))
    if data is None:
        return LoadedConfig(Config())
    import tomllib

    try:
        tables = tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        return LoadedConfig(Config(), (_unreadable(path, aside=aside),))
    problems: list[str] = []
    found: dict[str, Any] = {}
    for name, value in tables.items():
        if name in _TABLES and isinstance(value, dict):
            found[name] = _table(name, cast("dict[str, Any]", value), problems)
        elif name == "keys" and isinstance(value, dict):
            found[name] = _keys(cast("dict[str, Any]", value), "", problems)
        else:
            problems.append(_unknown(name) if name not in (*_TABLES, "keys") else _wrong(name))
    return LoadedConfig(Config(**found), tuple(problems))


def set_value(path: Path, place: tuple[str, ...], value: str | bool | None) -> Config:
    """Write one setting, such as `("ui", "theme")`, and return the settings after it; None removes it.

    The user's comments and order stay. `UnusableFileError`, with one line for the user, when the file cannot
    be changed or would hold something that is not a setting.
    """
    import tomllib

    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        msgspec.convert(_alone(place, value), Config)
    except msgspec.ValidationError:
        raise UnusableFileError(_wrong(".".join(place))) from None
    data = read_private(path) or b""
    try:
        document = tomlkit.parse(data.decode("utf-8-sig"))
        table: Any = document
        for name in place[:-1]:
            if name not in table:
                table[name] = tomlkit.table()
            table = table[name]
        if value is None:
            table.pop(place[-1], None)
        else:
            table[place[-1]] = value
        text = tomlkit.dumps(document)  # pyright: ignore[reportUnknownMemberType] - untyped in tomlkit
        tomllib.loads(text)
    except (TOMLKitError, tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError, AttributeError):
        raise UnusableFileError(_("{file} is not readable as settings.").format(file=path.name)) from None
    write_private(path, text.encode())
    return load_config(path).config


def _table(name: str, values: dict[str, Any], problems: list[str]) -> msgspec.Struct:
    """The table with every value that is right; the others take their defaults."""
    kind = _TABLES[name]
    right: dict[str, Any] = {}
    for key, value in values.items():
        if key not in kind.__struct_fields__:
            problems.append(_unknown(f"{name}.{key}"))
            continue
        try:
            right[key] = getattr(msgspec.convert({key: value}, kind), key)
            if (name, key) == ("server", "url"):
                right[key] = check_server(right[key])
        except msgspec.ValidationError:
            problems.append(_wrong(f"{name}.{key}"))
        except BadAddressError as error:
            del right[key]
            problems.append(str(error))
    return kind(**right)


def _keys(values: dict[str, Any], prefix: str, problems: list[str]) -> dict[str, str]:
    """The key table; `case.take = "t"` and `"case.take" = "t"` mean the same."""
    found: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, str):
            found[prefix + name] = value
        elif isinstance(value, dict):
            found |= _keys(cast("dict[str, Any]", value), f"{prefix}{name}.", problems)
        else:
            problems.append(_wrong(f"keys.{prefix}{name}"))
    return found


def _alone(place: tuple[str, ...], value: str | bool | None) -> dict[str, Any]:
    """The settings with this one only, to be checked apart from what else stands in the file."""
    if value is None:
        return {}
    if place[0] == "keys":
        return {"keys": {".".join(place[1:]): value}}
    inner: dict[str, Any] = {place[-1]: value}
    for name in reversed(place[:-1]):
        inner = {name: inner}
    return inner


def _unreadable(path: Path, *, aside: bool) -> str:
    kept = set_aside(path) if aside else ""
    if not kept:
        return _("{file} is not readable as settings.").format(file=path.name)
    return _("{file} is not readable as settings; it is kept as {kept}.").format(file=path.name, kept=kept)


def _unknown(name: str) -> str:
    return _("Unknown setting: {name}").format(name=safe_line(name)[:60])


def _wrong(name: str) -> str:
    return _("The setting {name} has a value that cannot be used.").format(name=safe_line(name)[:60])
