"""What the workstation was started with, and what it keeps on the device."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from clinic_tui.domain.filters import GlobalFilter
from clinic_tui.i18n import _
from clinic_tui.storage.config import Config, set_value
from clinic_tui.storage.files import UnusableFileError
from clinic_tui.storage.filters import FilterStore, LoadedFilter
from clinic_tui.storage.journal import Device

if TYPE_CHECKING:
    from clinic_tui.client.session import TokenStore


@dataclass
class Options:
    """Server, session and files. A private workstation keeps nothing on the device, as in the demo."""

    server: str
    config: Config = field(default_factory=Config)
    token: str = ""
    """A session to use instead of signing in."""
    config_file: Path | None = None
    filter_folder: Path | None = None
    journal_folder: Path | None = None
    """Where what is unsent is kept, sealed."""
    incidents: Path | None = None
    """Where crashes are put on record."""
    notes: tuple[str, ...] = ()
    """What was wrong with the files, one line each."""
    private: bool = False
    accounts: tuple[str, ...] = ()
    """User name and title of those one may sign in as in the demo, one a line."""
    password: str = ""
    """The password of all of them."""

    def sign_in_note(self) -> str:
        """What the sign-in says of the demo's accounts; empty outside the demo."""
        if not self.accounts:
            return ""
        head = _("Everybody in the demo has the password {password}:").format(password=self.password)
        return "\n".join((head, *self.accounts))

    @cached_property
    def _tokens(self) -> "TokenStore":
        from clinic_tui.client.session import TokenStore, open_token_store

        return TokenStore(None) if self.private else open_token_store()

    @cached_property
    def device(self) -> Device | None:
        """Where what is unsent is kept; None where nothing may be, or there is no place for it."""
        if self.private or self.journal_folder is None:
            return None
        return Device(self.journal_folder, self.journal_folder / "device")

    @cached_property
    def _filters(self) -> FilterStore:
        return FilterStore(None if self.private else self.filter_folder)

    def kept_token(self) -> str:
        """The token of an earlier session; empty for none. May take seconds: use a thread."""
        return self._tokens.load(self.server) or ""

    def keep_token(self, token: str) -> str:
        """Keep a token where that is safe; returns one line when it is in memory only. Use a thread."""
        self._tokens.save(self.server, token)
        return self._tokens.reason

    def forget_token(self) -> None:
        """Forget the session. Use a thread."""
        self._tokens.delete(self.server)

    def kept_filter(self, staff_id: str) -> LoadedFilter:
        """The filter that this staff member last used on this device."""
        return self._filters.load(self.server, staff_id)

    def keep_filter(self, staff_id: str, chosen: GlobalFilter) -> str:
        """Keep the filter; returns what went wrong, or nothing."""
        return "" if self.private else self._filters.save(self.server, staff_id, chosen)

    def set_value(self, name: str, value: str) -> str:
        """Change a setting by its dotted name, in the file too; returns what is wrong with it, or nothing."""
        place = ("keys", name.removeprefix("keys.")) if name.startswith("keys.") else tuple(name.split("."))
        stored: str | bool | None = {"true": True, "false": False, "": None}.get(value, value)
        if self.config_file is None:
            return self._set_in_memory(place, stored)
        try:
            self.config = set_value(self.config_file, place, stored)
        except UnusableFileError as error:
            return str(error)
        return ""

    def _set_in_memory(self, place: tuple[str, ...], value: str | bool | None) -> str:
        """Change a setting for this run alone."""
        import msgspec

        tables = msgspec.to_builtins(self.config)
        if value is None:
            tables[place[0]].pop(place[1], None)
        else:
            tables[place[0]][place[1]] = value
        try:
            self.config = msgspec.convert(tables, Config)
        except msgspec.ValidationError as error:
            return str(error)
        return ""
