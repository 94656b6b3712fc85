import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from clinic_tui.storage.journal import SUFFIX, Device, Journal, JournalFile, Owner, Seal, read_records

SERVER, WHO, KEY = "https://clinic.example", "s-nora", b"k" * 32
SECRET = "Ta två tabletter, Karin".encode()


@pytest.fixture
def device(tmp_path: Path) -> Device:
    return Device(tmp_path / "journal", tmp_path / "device")


def opened(device: Device, who: str = WHO, server: str = SERVER, key: bytes = KEY) -> Journal:
    return device.open(server, who, key)


def left(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "journal").glob(f"*{SUFFIX}"))


def test_what_a_process_left_is_found_in_order_by_the_next(device: Device) -> None:
    journal = opened(device)
    journal.append([b"one", b"two"])
    journal.append([SECRET], sync=False)
    journal.close()
    again = opened(device)
    assert again.found == [[b"one", b"two", SECRET]]
    assert not again.damaged


def test_files_are_their_owners_alone_and_say_nothing(device: Device, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        journal = opened(device)
        journal.append([SECRET])
    finally:
        os.umask(before)
    [path] = left(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "device").stat().st_mode) == 0o600
    data = path.read_bytes()
    assert not any(part in data for part in (SECRET, SECRET[:8], WHO.encode(), SERVER.encode()))
    assert WHO not in path.name


def test_a_folder_that_others_could_read_is_closed_to_them(device: Device, tmp_path: Path) -> None:
    (tmp_path / "journal").mkdir(mode=0o755)
    opened(device)
    assert stat.S_IMODE((tmp_path / "journal").stat().st_mode) == 0o700


def test_a_file_in_use_is_left_to_its_process(device: Device, tmp_path: Path) -> None:
    first = opened(device)
    first.append([b"one"])
    second = opened(device)
    assert second.found == []
    second.append([b"two"])
    second.rewrite([b"two"])
    assert len(left(tmp_path)) == 2
    first.append([b"more"])
    first.close()
    second.close()
    found = opened(device).found
    assert sorted(found) == [[b"one", b"more"], [b"two"]]


def test_what_was_taken_over_stays_until_it_is_written_anew(device: Device, tmp_path: Path) -> None:
    journal = opened(device)
    journal.append([b"one"])
    journal.close()
    killed = opened(device)
    assert killed.found == [[b"one"]]
    killed.close()
    taker = opened(device)
    taker.rewrite([b"one, anew"])
    taker.close()
    assert opened(device).found == [[b"one, anew"]]
    assert len(left(tmp_path)) == 1


def test_nothing_left_is_no_file(device: Device, tmp_path: Path) -> None:
    journal = opened(device)
    journal.append([b"one"])
    journal.rewrite([])
    journal.close()
    assert left(tmp_path) == []


@pytest.mark.parametrize(
    ("who", "server", "key"),
    [
        ("s-nils", SERVER, KEY),
        (WHO, "https://other.example", KEY),
        (WHO, SERVER, b"x" * 32),
    ],
    ids=["another person", "another server", "another key"],
)
def test_nothing_crosses(device: Device, tmp_path: Path, who: str, server: str, key: bytes) -> None:
    journal = opened(device)
    journal.append([SECRET])
    journal.close()
    [path] = left(tmp_path)
    before = path.read_bytes()
    other = opened(device, who, server, key)
    other.rewrite([])
    other.close()
    assert other.found == []
    assert path.read_bytes() == before
    if key == KEY:
        stolen = read_records(before, Seal(Owner(server, who), device.device_id(), KEY))
        assert (stolen.records, stolen.damaged) == ([], True)
    assert opened(device).found == [[SECRET]]


def test_another_device_opens_nothing(device: Device, tmp_path: Path) -> None:
    journal = opened(device)
    journal.append([SECRET])
    journal.close()
    (tmp_path / "device").write_text("f" * 32)
    assert opened(device).found == []


def test_a_torn_end_costs_the_last_record_alone(device: Device, tmp_path: Path) -> None:
    journal = opened(device)
    journal.append([b"one", b"two"])
    journal.close()
    seal = journal.seal
    data = left(tmp_path)[0].read_bytes()
    whole = len(data)
    one = whole - (4 + 12 + 3 + 16)
    for end in range(whole):
        read = read_records(data[:end], seal)
        expected = [b"one"] if end >= one else []
        assert (read.records, read.damaged) == (expected, False), end


def test_a_flipped_bit_is_never_taken_for_text(device: Device, tmp_path: Path) -> None:
    journal = opened(device)
    journal.append([b"one", b"two"])
    journal.close()
    data = left(tmp_path)[0].read_bytes()
    for bit in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        records = read_records(bytes(flipped), journal.seal).records
        assert records in ([], [b"one"], [b"two"]), bit


def test_a_damaged_record_costs_no_other_and_its_file_is_kept_beside(device: Device, tmp_path: Path) -> None:
    journal = opened(device)
    journal.append([b"one", b"two", b"three"])
    journal.close()
    [path] = left(tmp_path)
    data = bytearray(path.read_bytes())
    data[20 + (4 + 12 + 3 + 16) + 4 + 12] ^= 1
    path.write_bytes(data)
    again = opened(device)
    assert again.damaged
    assert again.found == [[b"one", b"three"]]
    again.rewrite([b"one", b"three"])
    assert path.with_suffix(".damaged").read_bytes() == data


def test_records_cannot_change_places(device: Device, tmp_path: Path) -> None:
    journal = opened(device)
    journal.append([b"one", b"two"])
    journal.close()
    data = left(tmp_path)[0].read_bytes()
    size = 4 + 12 + 3 + 16
    swapped = data[:20] + data[20 + size :] + data[20 : 20 + size]
    read = read_records(swapped, journal.seal)
    assert (read.records, read.damaged) == ([], True)


def test_a_link_or_a_folder_in_the_place_of_a_file_is_left_alone(device: Device, tmp_path: Path) -> None:
    opened(device).close()
    prefix = Owner(SERVER, WHO).prefix
    target = tmp_path / "target"
    target.write_bytes(b"mine")
    (tmp_path / "journal" / f"{prefix}-{'0' * 32}{SUFFIX}").symlink_to(target)
    (tmp_path / "journal" / f"{prefix}-{'1' * 32}{SUFFIX}").mkdir()
    journal = opened(device)
    journal.rewrite([])
    assert journal.found == []
    assert target.read_bytes() == b"mine"


def test_a_record_that_does_not_fit_leaves_the_file_as_it_was(
    device: Device, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = opened(device)
    journal.append([b"one"])
    file = journal._file  # pyright: ignore[reportPrivateUsage]
    assert isinstance(file, JournalFile)
    real = file._file  # pyright: ignore[reportPrivateUsage]

    class Full:
        """A disk that takes five bytes more."""

        def write(self, data: memoryview) -> int:
            if len(data) <= 5:
                raise OSError(28, "No space left on device")
            return real.write(data[:5])

        def __getattr__(self, name: str) -> object:
            return getattr(real, name)

    with monkeypatch.context() as patch:
        patch.setattr(file, "_file", Full())
        with pytest.raises(OSError, match="No space"):
            journal.append([b"two"])
    journal.append([b"three"])
    journal.close()
    assert opened(device).found == [[b"one", b"three"]]


def test_devices_that_start_at_once_make_one_id(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = [pool.submit(Device(tmp_path / "journal", tmp_path / "device").device_id) for _ in range(40)]
    assert len({one.result() for one in made}) == 1


def test_an_id_that_is_none_is_made_anew(device: Device, tmp_path: Path) -> None:
    first = device.device_id()
    assert device.device_id() == first
    (tmp_path / "device").write_text("not an id")
    assert len(device.device_id()) == 32
