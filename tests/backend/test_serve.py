import json
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from clinic_tui.backend.serve import ServeOptions, Unservable, check, prepare, read_region
from clinic_tui.protocol.ids import new_id

EVERYWHERE = "0.0.0.0"  # noqa: S104 - what is tested


@contextmanager
def _serving(*arguments: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """`clinic-tui serve` as a process, and the one line it says when it is ready."""
    with subprocess.Popen(
        [sys.executable, "-m", "clinic_tui", "serve", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().removeprefix("listening on ").strip()
        finally:
            process.kill()


def _refused(*arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "clinic_tui", "serve", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_it_says_where_it_listens_and_stops_in_order(tmp_path: Path, number: int, code: int) -> None:
    database = f"sqlite:///{tmp_path / 'data' / 'clinic.db'}"
    with _serving("--port", "0", "--database", database) as (process, url):
        assert httpx.get(f"{url}/readyz").json()["status"] == "ready"
        process.send_signal(number)
        out, err = process.communicate(timeout=120)
        assert process.returncode == code
        assert out == ""
        assert "Traceback" not in err
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_what_was_stored_is_there_after_a_restart(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'clinic.db'}"
    body = {"username": "anna", "password": "demo-demo-demo"}
    for arguments in (("--demo-data",), ("--demo-data",)):
        with _serving("--port", "0", "--database", database, *arguments) as (process, url):
            assert httpx.post(f"{url}/api/v1/session", json=body).status_code == 200
            process.send_signal(signal.SIGKILL)


def test_what_it_tells_is_in_the_regions_language_whatever_its_own_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    with (
        _serving("--port", "0", "--database", "sqlite://", "--demo-data") as (_process, url),
        httpx.Client(base_url=f"{url}/api/v1") as http,
    ):
        token = http.post("session", json={"username": "anna", "password": "demo-demo-demo"}).json()["token"]
        http.headers["Authorization"] = f"Bearer {token}"
        desk = http.get("desk").json()
        assert desk["region"]["priorities"][0]["name"] == "Omedelbart"
        row = next(one for one in desk["cases"] if one["state"] == "waiting" and not one["child"])
        unit = {"unit_id": row["unit_id"], "role": "doctor", "reason": "Knä"}
        ticket = {"command_id": new_id(), "resident_id": row["resident"]["id"], **unit}
        assert http.post("commands/issue_ticket", json=ticket).status_code == 200
        body = {"resident_id": row["resident"]["id"], "secret": "demo"}
        token = http.post("resident-session", json=body).json()["token"]
        home = http.get("resident/home", headers={"Authorization": f"Bearer {token}"}).json()
        assert "Du kan starta en drop-in-chatt fram till" in home["texts"][-1]["body"]


@contextmanager
def _demo(*arguments: str) -> Iterator[dict[str, Any]]:
    """The demo's backend as a process, and what it says when it is ready."""
    with subprocess.Popen(
        [sys.executable, "-m", "clinic_tui", "demo-host", "--empty", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.kill()


@pytest.mark.parametrize(("language", "name"), [("en", "Immediate"), ("sv", "Omedelbart")])
def test_the_demo_speaks_the_language_that_is_asked_for(language: str, name: str) -> None:
    with _demo("--lang", language) as said:
        headers = {"Authorization": f"Bearer {said['token']}"}
        desk = httpx.get(f"{said['url']}/api/v1/desk", headers=headers).json()
    assert desk["region"]["priorities"][0]["name"] == name


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "Nobody in the demo is called nobody."), ("sv", "I demon finns ingen som heter nobody.")],
)
def test_nobody_by_that_name_in_the_demo_is_said_with_its_own_code(language: str, text: str) -> None:
    with _demo("--lang", language, "--as", "nobody") as said:
        assert said == {"error": text, "code": 3}


def test_a_unix_socket_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "s"
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(str(path))
    stale.close()
    with _serving("--uds", str(path), "--database", "sqlite://", "--demo-data") as (process, where):
        assert where == f"unix:{path}"
        assert path.stat().st_mode & 0o777 == 0o600
        transport = httpx.HTTPTransport(uds=str(path))
        with httpx.Client(transport=transport) as http:
            assert http.get("http://x/healthz").status_code == 200
        assert _refused("--uds", str(path), "--database", "sqlite://")[0] == 1
        process.terminate()
        assert process.wait(10) == 0
    assert not path.exists()


def test_other_machines_are_served_over_tls(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    certificate = tmp_path / "cert.pem"
    request = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    made = subprocess.run(
        [
            "openssl",
            *request.split(),
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-keyout",
            key,
            "-out",
            certificate,
        ],
        capture_output=True,
        check=False,
    )
    if made.returncode != 0:
        pytest.skip("openssl is not here to make a certificate")
    tls = ("--tls-cert", str(certificate), "--tls-key", str(key))
    with _serving("--host", EVERYWHERE, "--port", "0", "--database", "sqlite://", *tls) as (_process, url):
        port = url.rpartition(":")[2]
        context = ssl.create_default_context(cafile=certificate)
        with httpx.Client(verify=context) as http:
            assert http.get(f"https://127.0.0.1:{port}/healthz").status_code == 200
        with socket.create_connection(("127.0.0.1", int(port))) as raw:
            raw.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b"200 OK" not in raw.recv(100)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (ServeOptions(database="sqlite://", host=EVERYWHERE), "--behind-proxy"),
        (ServeOptions(database="sqlite://", host="example.org"), "--tls-cert"),
        (ServeOptions(database="sqlite://", tls_cert=Path("x")), "together"),
        (
            ServeOptions(database="sqlite://", host="::", behind_proxy=True, fill=lambda *_: None),  # type: ignore[arg-type,return-value]
            "--demo-data",
        ),
    ],
)
def test_what_would_be_unsafe_is_refused(options: ServeOptions, word: str) -> None:
    with pytest.raises(Unservable, match=word) as refused:
        check(options)
    assert refused.value.code == 2
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_this_machine_is_served_without_more(host: str) -> None:
    check(ServeOptions(database="sqlite://", host=host))
    check(ServeOptions(database="sqlite://", host=EVERYWHERE, behind_proxy=True))


def test_a_taken_port_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, said = _refused("--port", port, "--database", "sqlite://")
    assert code == 1
    assert len(said.splitlines()) == 1
    assert port in said


def test_a_database_that_is_none_or_newer_is_refused_and_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    other.write_bytes(b"%PDF-1.7" + b"x" * 200)
    other.chmod(0o644)
    code, said = _refused("--port", "0", "--database", f"sqlite:///{other}")
    assert (code, len(said.splitlines())) == (2, 1)
    assert other.read_bytes() == b"%PDF-1.7" + b"x" * 200
    assert other.stat().st_mode & 0o777 == 0o644
    assert [path.name for path in tmp_path.iterdir()] == ["other.db"]
    import sqlite3

    newer = tmp_path / "newer.db"
    prepare(f"sqlite:///{newer}")
    with sqlite3.connect(newer) as conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Unservable, match="newer"):
        prepare(f"sqlite:///{newer}")
    for url in ("mysql://x/y", "nonsense"):
        assert _refused("--port", "0", "--database", url)[0] == 2


def test_a_region_profile_comes_by_name_or_from_a_file(tmp_path: Path) -> None:
    assert read_region("jonkoping").name == "jonkoping"
    for source in ("nowhere", str(tmp_path / "missing.toml")):
        with pytest.raises(Unservable):
            read_region(source)
    file = tmp_path / "own.toml"
    file.write_text("name = 1\n")
    with pytest.raises(Unservable):
        read_region(str(file))
