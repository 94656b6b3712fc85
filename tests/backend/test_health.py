import json
import logging
import re
import stat
from pathlib import Path

import pytest

from clinic_tui.backend.context import Backend
from clinic_tui.backend.logs import JsonLines, configure, logger, mask_person_numbers
from clinic_tui.backend.metrics import Metrics
from clinic_tui.backend.settings import Settings
from clinic_tui.backend.store import StorageUnavailable
from tests.backend.served import served
from tests.backend.town import ANNA_CASE

pytestmark = pytest.mark.anyio

_SAMPLE = re.compile(r'[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? [0-9.e+-]+')


async def test_the_backend_says_that_it_lives_and_is_ready(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        assert (await site.http.get("/healthz")).json() == {"status": "alive"}
        ready = (await site.http.get("/readyz")).json()
        assert ready == {"status": "ready", "database": "sqlite", "schema": "unversioned", "sms": "log"}


async def test_without_its_database_the_backend_lives_but_is_not_ready(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        nora = await site.staff("nora")

        async def away(_work: object) -> None:
            raise StorageUnavailable

        memory_backend.store.read = away  # type: ignore[method-assign,assignment]
        memory_backend.store.write = away  # type: ignore[method-assign,assignment]
        assert (await site.http.get("/healthz")).status_code == 200
        answers = [
            await site.http.get("/readyz"),
            await site.get("/api/v1/desk", nora),
            await site.command(nora, "read_case", case_id=ANNA_CASE),
            await site.http.post("/api/v1/session", json={"username": "nora", "password": "x"}),
        ]
        for answer in answers:
            assert answer.status_code == 503
            assert answer.headers["retry-after"] == "1"


async def test_metrics_are_prometheus_text_and_name_nobody(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        nora = await site.staff("nora")
        await site.command(nora, "accept_case", case_id=ANNA_CASE, version=1)
        await site.command(nora, "accept_case", case_id=ANNA_CASE, version=1)
        await site.http.get("/api/v1/patients/19121212-1212")
        async with site.live(nora):
            answer = await site.http.get("/metrics")
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
        assert all(_SAMPLE.fullmatch(line) for line in lines)
        assert 'clinic_commands_total{command="accept_case",outcome="done"} 1' in lines
        assert 'clinic_requests_total{route="unmatched",status="404"} 1' in lines
        assert "clinic_live_connections 1" in lines
        assert "clinic_commit_seconds_count 1" in lines
        assert "1212" not in answer.text
        assert ANNA_CASE not in answer.text


async def test_metrics_are_for_this_host_alone(memory_backend: Backend) -> None:
    import httpx

    from clinic_tui.backend.app import create_app

    app = create_app(memory_backend)
    far = httpx.ASGITransport(app, client=("192.0.2.7", 1))
    async with httpx.AsyncClient(transport=far, base_url="http://x") as http:
        assert (await http.get("/metrics")).status_code == 404
        assert (await http.get("/healthz")).status_code == 200
    memory_backend.settings = Settings(metrics_everywhere=True)
    far = httpx.ASGITransport(create_app(memory_backend), client=("192.0.2.7", 1))
    async with httpx.AsyncClient(transport=far, base_url="http://x") as http:
        assert (await http.get("/metrics")).status_code == 200


def test_an_empty_histogram_is_told_as_zeros() -> None:
    text = Metrics().render()
    assert 'clinic_commit_seconds_bucket{le="+Inf"} 0' in text
    assert "# TYPE clinic_commit_seconds histogram" in text


async def test_requests_are_logged_by_template_without_what_was_asked(
    memory_backend: Backend, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "clinic_tui.backend")
    async with served(memory_backend) as site:
        nora = await site.staff("nora")
        await site.get(f"/api/v1/cases/{ANNA_CASE}", nora)
        await site.get("/api/v1/cases?limit=7&cursor=19121212-1212", nora)
        await site.command(nora, "post_message", case_id=ANNA_CASE, body="a secret")
    told = [JsonLines().format(record) for record in caplog.records if record.name == "clinic_tui.backend"]
    routes = {json.loads(line)["route"] for line in told}
    assert {"/api/v1/cases/{case_id}", "/api/v1/cases", "/api/v1/commands/{name}"} <= routes
    everything = "".join(told)
    for hidden in (ANNA_CASE, "1212", "limit", "secret", nora, "Bearer", "nora"):
        assert hidden not in everything


@pytest.mark.parametrize(
    "text",
    [
        "19121212-1212",
        "191212121212",
        "121212-1212",
        "121212+1212",
        "１２１２１２-１２１２",
        "١٢١٢١٢-١٢١٢",
        "121212–1212",
        "nr:121212 1212.",
    ],
)
def test_person_numbers_are_masked_in_any_form(text: str) -> None:
    masked = mask_person_numbers(f"before {text} after")
    assert "1212" not in masked
    assert "１２" not in masked
    assert masked.startswith("before ")
    assert masked.endswith(" after")


def test_an_exception_is_logged_by_type_and_place_only(tmp_path: Path) -> None:
    file = tmp_path / "logs" / "backend.log"
    before = logging.getLogger().handlers, logging.getLogger().level
    try:
        configure(file)
        try:
            int("191212121212 and a name")
        except ValueError:
            logger().exception("it failed")
        logging.getLogger("uvicorn.error").info("GET /path?token=abc")
    finally:
        logging.getLogger().handlers, level = before
        logging.getLogger().setLevel(level)
    (line,) = file.read_text().splitlines()
    entry = json.loads(line)
    assert entry["error"] == "ValueError"
    assert entry["at"][0].startswith("test_health.py:")
    assert "a name" not in line
    assert "1212" not in line
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_log_file_is_never_written_through_a_symbolic_link(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("")
    (tmp_path / "log").symlink_to(target)
    with pytest.raises(OSError):
        configure(tmp_path / "log")
    assert target.stat().st_size == 0
