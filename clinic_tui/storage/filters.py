"""The global filter on this device, one file for each server and staff member."""

from pathlib import Path
from typing import NamedTuple

import msgspec

from clinic_tui.domain.filters import GlobalFilter, Owner
from clinic_tui.i18n import _
from clinic_tui.storage.files import UnusableFileError, read_private, set_aside, write_private

VERSION = 1
"""The version of the file; a newer one is kept aside."""


class _Saved(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    v: int
    server: str
    staff: str
    units: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    priorities: frozenset[int] = frozenset()
    owner: Owner = Owner.ANYONE


class LoadedFilter(NamedTuple):
    """The saved filter, None when this device has none yet, and one line about what was wrong."""

    filter: GlobalFilter | None
    problem: str = ""


class FilterStore:
    """Keeps the filter in a folder; without a folder it keeps nothing.

    The words searched for are never kept: they may be a resident's name.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def load(self, server: str, staff_id: str) -> LoadedFilter:
        """The filter this staff member last used on this device; never fails.

        A file that cannot be understood, or is of a newer version, is kept beside as `.bad-<time>`.
        """
        if self._folder is None:
            return LoadedFilter(None)
        path = self._path(self._folder, server, staff_id)
        try:
            data = read_private(path)
        except UnusableFileError as error:
            return LoadedFilter(None, str(error))
        if data is None:
            return LoadedFilter(None)
        try:
            saved = msgspec.json.decode(data, type=_Saved)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return LoadedFilter(None, _kept(path))
        if saved.v != VERSION or (saved.server, saved.staff) != (server, staff_id):
            return LoadedFilter(None, _kept(path))
        return LoadedFilter(
            GlobalFilter(
                units=saved.units,
                roles=saved.roles,
                kinds=saved.kinds,
                services=saved.services,
                priorities=saved.priorities,
                owner=saved.owner,
            )
        )

    def save(self, server: str, staff_id: str, chosen: GlobalFilter) -> str:
        """Keep the filter; one line about what was wrong, empty when it is kept."""
        if self._folder is None:
            return _("The filter is not kept: there is no folder for settings.")
        saved = _Saved(
            v=VERSION,
            server=server,
            staff=staff_id,
            units=chosen.units,
            roles=chosen.roles,
            kinds=chosen.kinds,
            services=chosen.services,
            priorities=chosen.priorities,
            owner=chosen.owner,
        )
        try:
            write_private(
                self._path(self._folder, server, staff_id), msgspec.json.encode(saved, order="sorted")
            )
        except UnusableFileError as error:
            return str(error)
        return ""

    @staticmethod
    def _path(folder: Path, server: str, staff_id: str) -> Path:
        """A file name that tells nothing about who it belongs to."""
        import hashlib

        owner = hashlib.sha256(f"{server}\n{staff_id}".encode()).hexdigest()
        return folder / f"{owner[:32]}.json"


def _kept(path: Path) -> str:
    kept = set_aside(path)
    return _("The saved filter could not be used. Choose it again; the old file is {kept}.").format(
        kept=kept or path.name
    )
