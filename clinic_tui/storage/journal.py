"""What a person has written and not sent, on the device: sealed records in files that only grow.

A file is `CTJ1`, 16 random bytes that name it, and records: the length (4 bytes), a nonce (12), and the
sealed text (AES-256-GCM). What a record is bound to is authenticated with it: server, person, device, file
and place, so that none can be moved, swapped, left out in the middle, or read as somebody else's. The end of
a file may be torn: a record that is not whole was never kept.

Each process writes a file of its own and holds its lock for as long as it lives. Whoever opens a folder takes
over the files whose locks are free. Files are replaced by a new one, never changed, when they are tidied up.
"""

import contextlib
import hashlib
import os
import re
import secrets
import stat
import struct
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from clinic_tui.storage.files import UnusableFileError, read_private, write_private

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC: Final = b"CTJ1"
SUFFIX: Final = ".journal"
RECORD_LIMIT: Final = 1 << 20
"""The longest record, in bytes; a length above it is damage."""
FILE_LIMIT: Final = 64 << 20
KEY_BYTES: Final = 32
_NAME_BYTES: Final = 16
_DEVICE_ID: Final = re.compile("[0-9a-f]{32}")
_NONCE_BYTES: Final = 12
_LENGTH: Final = struct.Struct(">I")
_HEAD: Final = len(MAGIC) + _NAME_BYTES


@dataclass(frozen=True)
class Owner:
    """Whose journal it is: one person, at one backend."""

    server: str
    staff_id: str

    @property
    def prefix(self) -> str:
        """How the names of their files begin; tells nothing to who does not know both."""
        digest = hashlib.sha256(f"{self.server}\0{self.staff_id}".encode()).hexdigest()
        return digest[:24]


class Seal:
    """Seals and opens the records of one owner on one device."""

    def __init__(self, owner: Owner, device_id: str, key: bytes) -> None:
        """Raises `ValueError` for a key that is not 32 bytes."""
        if len(key) != KEY_BYTES:
            raise ValueError("the key must have 32 bytes")
        self._key = key
        self._bound = f"clinic-tui journal\0{owner.server}\0{owner.staff_id}\0{device_id}".encode()

    @cached_property
    def _cipher(self) -> "AESGCM":
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # off the way to the first frame

        return AESGCM(self._key)

    def close(self, record: bytes, name: bytes, place: int) -> bytes:
        """The record as it stands in the file with this name, at this place."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, record, self._binding(name, place))
        return _LENGTH.pack(len(sealed)) + sealed

    def open(self, sealed: bytes, name: bytes, place: int) -> bytes | None:
        """The record; None where it is not what was sealed here."""
        from cryptography.exceptions import InvalidTag

        try:
            return self._cipher.decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], self._binding(name, place)
            )
        except (InvalidTag, ValueError):
            return None

    def _binding(self, name: bytes, place: int) -> bytes:
        return b"\0".join((self._bound, name, str(place).encode()))


@dataclass
class Read:
    """What could be read of a file."""

    records: list[bytes] = field(default_factory=list[bytes])
    damaged: bool = False
    """Whether something in it is not as it was written; a torn end is no damage."""


def read_records(data: bytes, seal: Seal) -> Read:
    """The records of a file's bytes; what cannot be opened is passed over, and said."""
    read = Read()
    if len(data) < _HEAD:
        return read
    if not data.startswith(MAGIC):
        return Read(damaged=True)
    name, at, place = data[len(MAGIC) : _HEAD], _HEAD, 0
    while at + _LENGTH.size <= len(data):
        (length,) = _LENGTH.unpack_from(data, at)
        at += _LENGTH.size
        if length > RECORD_LIMIT:
            read.damaged = True
            break
        if at + length > len(data):
            break
        record = seal.open(data[at : at + length], name, place)
        if record is None:
            read.damaged = True
        else:
            read.records.append(record)
        at, place = at + length, place + 1
    return read


class JournalFile:
    """A file of this process, locked for as long as it is open."""

    def __init__(self, folder: Path, owner: Owner, seal: Seal, records: Iterable[bytes] = ()) -> None:
        """Make it, with these records, safely on disk. Raises `OSError`."""
        self._seal = seal
        self._name = secrets.token_bytes(_NAME_BYTES)
        self._place = 0
        self._end = 0
        self.path = folder / f"{owner.prefix}-{self._name.hex()}{SUFFIX}"
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        self._file = os.fdopen(os.open(self.path, flags, 0o600), "r+b", buffering=0)
        try:
            lock(self._file)
            self._write(MAGIC + self._name)
            self.append(list(records))
            _sync_folder(folder)
        except BaseException:
            self.remove()
            raise

    @property
    def size(self) -> int:
        """Bytes."""
        return self._end

    def append(self, records: Sequence[bytes], *, sync: bool = True) -> None:
        """Add records; with `sync` they are on the disk when this returns. Raises `OSError`.

        After an error the file ends where it ended before.
        """
        sealed = [
            self._seal.close(record, self._name, self._place + more) for more, record in enumerate(records)
        ]
        self._write(b"".join(sealed))
        self._place += len(sealed)
        if sync:
            os.fsync(self._file.fileno())

    def _write(self, data: bytes) -> None:
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError:
            with contextlib.suppress(OSError):
                self._file.seek(self._end)
                self._file.truncate(self._end)
            raise
        self._end += len(data)

    def close(self) -> None:
        """Let go of the file and its lock; it stays for whoever opens the folder next."""
        self._file.close()

    def remove(self) -> None:
        """Nothing in it is needed any more."""
        with contextlib.suppress(OSError):
            self.path.unlink()
        self._file.close()


@dataclass
class Journal:
    """One owner's records on this device: those found, and a file for those to come.

    `found` are the records of the files taken over, each file's in order. They stay on the disk until
    `rewrite` has put into a new file what of them is still needed.
    """

    folder: Path
    owner: Owner
    seal: Seal
    found: list[list[bytes]] = field(default_factory=list[list[bytes]])
    damaged: bool = False
    """Whether something could not be read; the file with it was kept beside."""
    _taken: list[tuple[Path, IO[bytes]]] = field(default_factory=list[tuple[Path, IO[bytes]]])
    _file: JournalFile | None = None

    @property
    def size(self) -> int:
        """Bytes in the file."""
        return self._file.size if self._file is not None else 0

    def take_over(self, path: Path, file: IO[bytes], records: list[bytes]) -> None:
        """Answer for a file that another process left: it goes when its records are written anew."""
        self.found.append(records)
        self._taken.append((path, file))

    def append(self, records: Sequence[bytes], *, sync: bool = True) -> None:
        """Add records, in a file that is made when it is first needed. Raises `OSError`."""
        if self._file is None:
            self._file = JournalFile(self.folder, self.owner, self.seal, records)
        else:
            self._file.append(records, sync=sync)

    def rewrite(self, records: Sequence[bytes]) -> None:
        """Keep these records and no others: in a new file, after which the old ones go. Raises `OSError`."""
        before, self._file = self._file, None
        try:
            if records:
                self._file = JournalFile(self.folder, self.owner, self.seal, records)
        except OSError:
            self._file = before
            raise
        if before is not None:
            before.remove()
        for path, file in self._taken:
            with contextlib.suppress(OSError):
                path.unlink()
            file.close()
        self._taken.clear()

    def close(self) -> None:
        """Let go of every file; what is in them stays."""
        for _path, file in self._taken:
            file.close()
        self._taken.clear()
        if self._file is not None:
            self._file.close()
            self._file = None


class Device:
    """The folder of journals on this device, and the id by which its keys are asked for."""

    def __init__(self, folder: Path, id_file: Path) -> None:
        self._folder = folder
        self._id_file = id_file

    def device_id(self) -> str:
        """This device's id, made at the first call. Raises `OSError`."""
        make_private(self._folder)
        try:
            with _alone_in(self._folder):
                found = (read_private(self._id_file) or b"").decode("ascii", "replace").strip()
                if not _DEVICE_ID.fullmatch(found):
                    found = secrets.token_hex(16)
                    write_private(self._id_file, found.encode() + b"\n")
        except UnusableFileError as error:
            raise OSError(str(error)) from None
        return found

    def open(self, server: str, staff_id: str, key: bytes) -> Journal:
        """The records of a person at a backend, with those that processes which are gone have left.

        Raises `OSError`, and `ValueError` for a key that is none. A file that is damaged is read as far as it
        can be, and its copy kept beside as `.damaged`; one that this key opens nothing of is left as it is.
        """
        owner = Owner(server, staff_id)
        journal = Journal(self._folder, owner, Seal(owner, self.device_id(), key))
        for path in sorted(self._folder.glob(f"{owner.prefix}-*{SUFFIX}")):
            self._take(journal, path)
        return journal

    def _take(self, journal: Journal, path: Path) -> None:
        file = _opened(path)
        if file is None:
            return
        if not lock(file) or not _is_still(path, file):
            file.close()
            return
        read = read_records(file.read(FILE_LIMIT), journal.seal)
        if read.damaged:
            journal.damaged = True
            if not read.records:
                file.close()
                return
            _keep_copy(path)
        journal.take_over(path, file, read.records)


def lock(file: IO[bytes]) -> bool:
    """Lock a file for this process alone, until it is closed; False where another process has it.

    Raises `OSError` where files cannot be locked.
    """
    import fcntl

    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def _alone_in(folder: Path) -> Generator[None]:
    """Wait until no other process is here: two that start at once must not make two ids."""
    import fcntl

    file = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def make_private(folder: Path) -> None:
    """Make a folder for its owner alone. Raises `OSError`, also for one that is somebody else's."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or (hasattr(os, "getuid") and found.st_uid != os.getuid()):
        raise OSError(f"{folder.name} is not one's own folder")
    if stat.S_IMODE(found.st_mode) & 0o077:
        folder.chmod(0o700)


def _opened(path: Path) -> IO[bytes] | None:
    """A plain file of one's own, opened; None for anything else, or where it is gone."""
    try:
        file = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    found = os.fstat(file)
    if not stat.S_ISREG(found.st_mode) or (hasattr(os, "getuid") and found.st_uid != os.getuid()):
        os.close(file)
        return None
    return os.fdopen(file, "r+b", buffering=0)


def _is_still(path: Path, file: IO[bytes]) -> bool:
    """Whether the path leads to this very file: who had it may have removed it before letting go."""
    try:
        there = path.lstat()
    except OSError:
        return False
    here = os.fstat(file.fileno())
    return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)


def _keep_copy(path: Path) -> None:
    with contextlib.suppress(OSError):
        os.link(path, path.with_suffix(".damaged"))


def _sync_folder(folder: Path) -> None:
    """Have a new name on disk too; not every system can."""
    with contextlib.suppress(OSError):
        file = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)
