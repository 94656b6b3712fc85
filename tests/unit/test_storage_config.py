"""Settings and filters on disk: what is wrong costs one line, never the program."""

import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clinic_tui.domain.filters import GlobalFilter, Owner
from clinic_tui.entrance import in_one_line
from clinic_tui.i18n import language, set_language
from clinic_tui.storage.config import Config, load_config, set_value
from clinic_tui.storage.files import UnusableFileError, read_private, set_aside, write_private
from clinic_tui.storage.filters import FilterStore
from clinic_tui.storage.paths import find_paths

SERVER = "https://direkt.example"
EVERYTHING = """
[server]
url = "https://direkt.example/"
[ui]
theme = "light"
language = "en"
send_key = "enter"
[keys]
"case.take" = "t"
filter.open = "f2"
[privacy]
copy_allowed = false
[notifications]
bell = false
"""


@pytest.fixture(autouse=True)
def english():
    before = language()
    set_language("en")
    yield
    set_language(before)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_without_a_file_everything_has_its_default(file: Path) -> None:
    assert load_config(file) == (Config(), ())


def test_every_setting_is_read(file: Path) -> None:
    file.write_text(EVERYTHING)
    config, problems = load_config(file)
    assert problems == ()
    assert config.server.url == SERVER
    assert (config.ui.theme, config.ui.language, config.ui.send_key) == ("light", "en", "enter")
    assert config.keys == {"case.take": "t", "filter.open": "f2"}
    assert not config.privacy.copy_allowed
    assert not config.notifications.bell


BAD = [
    ("empty", b"", 0),
    ("an unknown table", b"timeout = 'snart'\n", 1),
    ("an unknown setting", b"[ui]\ncolour = 'red'\ntheme = 'light'\n", 1),
    ("a wrong type", b"[ui]\ntheme = 3\n", 1),
    ("a table that is a value", b"ui = 3\n", 1),
    ("a theme that is none", b"[ui]\ntheme = 'purple'\n", 1),
    ("a language that is none", b"[ui]\nlanguage = 'fi'\n", 1),
    ("a send key that is none", b"[ui]\nsend_key = 'q'\n", 1),
    ("plain http to another machine", b"[server]\nurl='http://x.invalid'\n", 1),
    ("a password in the address", b"[server]\nurl='https://a:b@x.invalid'\n", 1),
    ("a key that is no text", b"[keys]\n'case.take' = 3\n", 1),
]


@pytest.mark.parametrize(("what", "data", "lines"), BAD, ids=[one[0] for one in BAD])
def test_a_wrong_setting_takes_its_default_and_costs_one_line(
    what: str, data: bytes, lines: int, file: Path
) -> None:
    file.write_bytes(data)
    config, problems = load_config(file)
    assert len(problems) == lines
    assert all("\n" not in line for line in problems)
    assert config.server.url is None
    assert config.ui.theme in {"dark", "light"}
    assert file.read_bytes() == data


def test_the_workstation_says_the_first_of_what_is_wrong_and_how_to_see_the_others() -> None:
    assert in_one_line(("", "")) == ""
    assert in_one_line(("", "No theme.")) == "No theme."
    assert (
        in_one_line(("No theme.", "No key.", "", "No table.")) == "No theme. 2 more: run clinic-tui doctor."
    )


def test_the_right_settings_beside_a_wrong_one_are_kept(file: Path) -> None:
    file.write_text("[ui]\ntheme = 'light'\nsend_key = 'nothing'\n")
    assert load_config(file).config.ui.theme == "light"


UNREADABLE = [b"[server\nurl = ", b"\xff\xfe\x00", b"%PDF-1.7", b"a=" + b"[" * 5000]


@pytest.mark.parametrize("data", UNREADABLE)
def test_a_file_that_is_no_toml_is_kept_aside(data: bytes, file: Path) -> None:
    file.write_bytes(data)
    assert load_config(file) == (Config(), ("config.toml is not readable as settings.",))
    config, problems = load_config(file, aside=True)
    assert config == Config()
    assert len(problems) == 1
    kept = list(file.parent.glob("config.toml.bad-*"))
    assert [one.read_bytes() for one in kept] == [data]
    assert kept[0].name in problems[0]
    assert load_config(file) == (Config(), ())


def test_a_folder_in_place_of_the_file_costs_one_line(file: Path) -> None:
    file.mkdir()
    assert len(load_config(file).problems) == 1
    with pytest.raises(UnusableFileError):
        set_value(file, ("ui", "theme"), "light")


def test_a_pipe_in_place_of_the_file_does_not_hang(file: Path) -> None:
    os.mkfifo(file)
    assert len(load_config(file).problems) == 1


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_a_file_without_read_rights_costs_one_line(file: Path) -> None:
    file.write_text("[ui]\n")
    file.chmod(0)
    assert len(load_config(file).problems) == 1


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
def test_a_link_to_another_users_file_is_not_followed(file: Path) -> None:
    other = file.with_name("other.toml")
    other.write_text("[ui]\ntheme = 'light'\n")
    os.chown(other, 12345, 12345)
    file.symlink_to(other)
    config, problems = load_config(file)
    assert config == Config()
    assert len(problems) == 1
    with pytest.raises(UnusableFileError):
        set_value(file, ("ui", "theme"), "dark")
    assert other.read_text() == "[ui]\ntheme = 'light'\n"


def test_a_link_to_ones_own_file_is_followed_and_kept(file: Path) -> None:
    own = file.with_name("dotfiles.toml")
    own.write_text("[ui]\ntheme = 'light'\n")
    file.symlink_to(own)
    assert set_value(file, ("notifications", "bell"), False).ui.theme == "light"
    assert file.is_symlink()
    assert "bell = false" in own.read_text()


def test_a_file_that_is_too_large_is_not_read(file: Path) -> None:
    file.write_bytes(b"#" * (2 << 20))
    assert len(load_config(file).problems) == 1


def test_writing_keeps_comments_and_order(file: Path) -> None:
    file.write_text("# mine\n[ui]\ntheme = 'light' # day\n\n[keys]\n'case.take' = 't'\n")
    config = set_value(file, ("ui", "theme"), "dark")
    assert config.ui.theme == "dark"
    text = file.read_text()
    assert text.startswith("# mine\n")
    assert "# day" in text
    assert load_config(file).config.keys == {"case.take": "t"}


def test_writing_makes_the_file_for_its_owner_only(file: Path) -> None:
    set_value(file.parent / "new" / "config.toml", ("keys", "case.take"), "f4")
    made = file.parent / "new" / "config.toml"
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert load_config(made).config.keys == {"case.take": "f4"}
    assert set_value(made, ("keys", "case.take"), None).keys == {}
    assert [one.name for one in made.parent.iterdir()] == ["config.toml"]


@pytest.mark.parametrize(
    ("place", "value"),
    [(("ui", "send_key"), "q"), (("ui", "nothing"), "x"), (("privacy", "copy_allowed"), "x")],
)
def test_writing_what_is_no_setting_is_refused(place: tuple[str, ...], value: str, file: Path) -> None:
    with pytest.raises(UnusableFileError):
        set_value(file, place, value)
    assert not file.exists()


def test_an_unreadable_file_is_never_written_over(file: Path) -> None:
    file.write_text("[ui\n")
    with pytest.raises(UnusableFileError):
        set_value(file, ("ui", "theme"), "dark")
    assert file.read_text() == "[ui\n"


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_old_file_whole(
    call: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_bytes(b"old")

    def fail(*_args: object, **_kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(*((Path, call) if call == "replace" else (os, "fsync")), fail)
    with pytest.raises(UnusableFileError):
        write_private(file, b"new")
    monkeypatch.undo()
    assert file.read_bytes() == b"old"
    assert [one.name for one in file.parent.iterdir()] == ["config.toml"]


def test_files_kept_aside_never_replace_each_other(file: Path) -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    names = []
    for text in ("one", "two"):
        file.write_text(text)
        names.append(set_aside(file, moment))
    assert names == ["config.toml.bad-20260102T030405", "config.toml.bad-20260102T030405-1"]
    assert [file.with_name(name).read_text() for name in names] == ["one", "two"]


def test_a_filter_comes_back_for_the_same_person_and_server_only(tmp_path: Path) -> None:
    store = FilterStore(tmp_path / "filters")
    chosen = GlobalFilter(units=frozenset({"backby"}), priorities=frozenset({1, 2}), owner=Owner.NOBODY)
    assert store.load(SERVER, "anna") == (None, "")
    assert store.save(SERVER, "anna", chosen) == ""
    assert store.load(SERVER, "anna") == (chosen, "")
    assert store.load(SERVER, "ebba") == (None, "")
    assert store.load("https://other.example", "anna") == (None, "")


def test_the_words_searched_for_are_not_kept(tmp_path: Path) -> None:
    store = FilterStore(tmp_path)
    store.save(SERVER, "anna", GlobalFilter(text="Omar Haddad"))
    assert store.load(SERVER, "anna").filter == GlobalFilter()
    assert all(b"Omar" not in one.read_bytes() and "anna" not in one.name for one in tmp_path.iterdir())


BAD_FILTERS = [
    b"",
    b'{"v":999}',
    b'{"v":999,"server":"https://direkt.example","staff":"anna"}',
    b"{",
    b"[]",
    b"\xff",
    b'{"v":1,"server":"https://direkt.example","staff":"anna","units":"x"}',
    b'{"v":1,"server":"https://direkt.example","staff":"ebba"}',
    b"[" * 100_000,
]


@pytest.mark.parametrize("data", BAD_FILTERS)
def test_a_filter_that_cannot_be_used_is_kept_aside(data: bytes, tmp_path: Path) -> None:
    store = FilterStore(tmp_path)
    store.save(SERVER, "anna", GlobalFilter())
    (path,) = tmp_path.iterdir()
    path.write_bytes(data)
    found = store.load(SERVER, "anna")
    assert found.filter is None
    (kept,) = tmp_path.iterdir()
    assert kept.name.startswith(f"{path.name}.bad-")
    assert kept.name in found.problem
    assert kept.read_bytes() == data
    assert store.load(SERVER, "anna") == (None, "")


def test_without_a_folder_nothing_is_kept() -> None:
    store = FilterStore(None)
    assert store.load(SERVER, "anna") == (None, "")
    assert store.save(SERVER, "anna", GlobalFilter())


def test_a_folder_that_cannot_be_written_costs_one_line(tmp_path: Path) -> None:
    (tmp_path / "filters").write_text("a file")
    assert FilterStore(tmp_path / "filters").save(SERVER, "anna", GlobalFilter())
    assert FilterStore(tmp_path / "filters").load(SERVER, "anna") == (None, "")


def test_a_missing_home_gives_paths_or_none_but_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    found = find_paths()
    assert found is None or found.config.is_absolute()


def test_paths_follow_xdg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    found = find_paths()
    assert found is not None
    assert found.config == tmp_path / "CONFIG" / "clinic-tui" / "config.toml"
    assert found.filters == tmp_path / "DATA" / "clinic-tui" / "filters"
    assert found.log.parent == tmp_path / "STATE" / "clinic-tui"


CASES = json.loads((Path(__file__).parents[1] / "data" / "malformed_inputs.json").read_text())["inputs"]
FILES = [one for one in CASES if one["kind"] == "file_env" and one.get("payload") is not None]


@pytest.mark.parametrize("case", FILES, ids=[one["id"] for one in FILES])
def test_a_malformed_file_never_gives_a_traceback(case: dict[str, str], tmp_path: Path) -> None:
    data = case["payload"].encode("utf-8", "surrogatepass")
    (tmp_path / "config.toml").write_bytes(data)
    config, problems = load_config(tmp_path / "config.toml")
    assert config.server.url is None
    assert all(line and "\n" not in line and "Traceback" not in line for line in problems)
    store = FilterStore(tmp_path / "filters")
    store.save(SERVER, "anna", GlobalFilter())
    (path,) = (tmp_path / "filters").iterdir()
    path.write_bytes(data)
    assert store.load(SERVER, "anna").filter is None
    assert read_private(tmp_path / "missing") is None
