import asyncio

import pytest

from clinic_tui.backend.context import Backend
from clinic_tui.backend.endpoints.site import SignInLimits
from clinic_tui.backend.limits import RateLimit
from clinic_tui.backend.settings import Settings
from tests.backend.served import JSON, bearer, random_id, served
from tests.backend.town import ANNA_CASE, BO_CASE, SOUTH_CASE

pytestmark = pytest.mark.anyio


async def test_a_visit_goes_through_the_interface_from_sign_in_to_signature(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        nora, anna = await site.staff("nora"), await site.resident("anna")
        desk = (await site.get("/api/v1/desk", nora)).json()
        assert ANNA_CASE in {case["id"] for case in desk["cases"]}
        taken = (await site.command(nora, "accept_case", case_id=ANNA_CASE, version=1)).json()
        version = taken["detail"]["row"]["version"]
        started = (await site.command(nora, "start_visit", case_id=ANNA_CASE, version=version)).json()
        sent = await site.command(nora, "post_message", case_id=ANNA_CASE, body="Hej [/b] \x1b[2J")
        assert sent.json()["message"]["body"] == "Hej [/b] \x1b[2J"
        await site.command(anna, "resident_says", case_id=ANNA_CASE, body="Hej")
        page = (await site.get(f"/api/v1/cases/{ANNA_CASE}/messages?limit=1", nora)).json()
        assert [message["body"] for message in page["messages"]] == ["Hej"]
        older = await site.get(f"/api/v1/cases/{ANNA_CASE}/messages?before=2&limit=5", anna)
        assert [message["seq"] for message in older.json()["messages"]] == [1]
        home = (await site.get("/api/v1/resident/home", anna)).json()
        assert home["resident_id"] == "r-anna"
        signed = await site.command(
            nora, "sign_note", case_id=ANNA_CASE, version=started["case"]["version"], body="Kontakt."
        )
        assert signed.status_code == 200, signed.text


async def test_the_same_command_again_gives_the_same_answer(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        nora = await site.staff("nora")
        body = {"command_id": random_id(), "case_id": ANNA_CASE, "version": 1}
        first, second = [
            await site.http.post("/api/v1/commands/accept_case", json=body, headers=bearer(nora))
            for _ in range(2)
        ]
        assert first.status_code == second.status_code == 200
        assert first.content == second.content


async def test_fifty_who_race_for_a_case_have_one_winner(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        tokens = [await site.staff(name) for name in ("nora", "nils", "sigrid", "disa")]
        chosen = {"assignment_id": "a-disa-north"}
        await site.http.post("/api/v1/session/assignment", json=chosen, headers=bearer(tokens[3]))
        answers = await asyncio.gather(
            *(site.command(tokens[n % 3], "accept_case", case_id=ANNA_CASE, version=1) for n in range(50))
        )
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 49
        lost = next(answer.json() for answer in answers if answer.status_code == 409)
        assert lost["who"] or lost["rule"]


async def test_pages_cover_every_case_once(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        nora = await site.staff("nora")
        seen: list[str] = []
        path = "/api/v1/cases?limit=1"
        while True:
            page = (await site.get(path, nora)).json()
            seen += [case["id"] for case in page["cases"]]
            if page.get("next") is None:
                break
            path = f"/api/v1/cases?limit=1&cursor={page['next']}"
        everything = (await site.get("/api/v1/cases", nora)).json()
        assert seen == [case["id"] for case in everything["cases"]]
        assert len(set(seen)) == len(seen) > 1


async def test_another_units_case_looks_like_one_that_is_not_there(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        nora = await site.staff("nora")
        there = await site.get(f"/api/v1/cases/{SOUTH_CASE}", nora)
        nowhere = await site.get(f"/api/v1/cases/{random_id()}", nora)
        assert there.status_code == nowhere.status_code == 404
        assert there.content == nowhere.content


async def test_a_resident_reaches_nothing_of_staff_and_the_other_way_round(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        nora, bo = await site.staff("nora"), await site.resident("bo")
        for path in ("/api/v1/desk", "/api/v1/cases", f"/api/v1/cases/{BO_CASE}"):
            assert (await site.get(path, bo)).status_code in {403, 404}
        assert (await site.get("/api/v1/resident/home", nora)).status_code == 403
        assert (await site.get(f"/api/v1/cases/{ANNA_CASE}/messages", bo)).status_code == 404
        assert (await site.command(bo, "accept_case", case_id=BO_CASE, version=1)).status_code == 403


async def test_after_signing_out_the_token_is_worth_nothing(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        nora = await site.staff("nora")
        assert (await site.http.delete("/api/v1/session", headers=bearer(nora))).status_code == 204
        for path in ("/api/v1/desk", "/api/v1/cases", f"/api/v1/cases/{ANNA_CASE}"):
            answer = await site.get(path, nora)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"
        assert (await site.command(nora, "accept_case", case_id=ANNA_CASE, version=1)).status_code == 401


async def test_unknown_user_and_wrong_password_get_the_same_answer(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        answers = [
            await site.http.post("/api/v1/session", json={"username": name, "password": "wrong"})
            for name in ("nora", "nobody")
        ]
        assert [answer.status_code for answer in answers] == [401, 401]
        assert answers[0].content == answers[1].content


async def test_wrong_passwords_are_slowed_down_for_that_account_only(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        wrong = {"username": "nora", "password": "wrong"}
        answers = [await site.http.post("/api/v1/session", json=wrong) for _ in range(6)]
        assert [answer.status_code for answer in answers] == [401] * 5 + [429]
        assert 0 < int(answers[-1].headers["retry-after"]) <= 60
        assert await site.staff("nils")


async def test_right_sign_ins_are_not_counted(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        for _ in range(7):
            assert await site.staff("nora")


async def test_too_many_commands_are_told_when_to_come_back(memory_backend: Backend) -> None:
    memory_backend.settings = Settings(demo_data=True, commands_burst=2, commands_per_minute=30)
    async with served(memory_backend) as site:
        nora = await site.staff("nora")
        answers = [await site.command(nora, "read_case", case_id=ANNA_CASE) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[-1].headers["retry-after"] in {"1", "2"}


async def test_without_demo_data_nobody_is_a_resident(memory_backend: Backend) -> None:
    memory_backend.settings = Settings()
    async with served(memory_backend) as site:
        body = {"resident_id": "r-anna", "secret": "demo"}
        assert (await site.http.post("/api/v1/resident-session", json=body)).status_code == 404


async def test_every_answer_says_what_it_is_and_nothing_about_the_server(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        nora = await site.staff("nora")
        answers = [
            await site.get("/api/v1/desk", nora),
            await site.get("/nowhere", nora),
            await site.http.put("/api/v1/session"),
            await site.http.options("/api/v1/desk"),
            await site.http.head("/api/v1/desk", headers=bearer(nora)),
            await site.http.post("/api/v1/session", content=b"{}", headers={"content-type": "text/plain"}),
            await site.http.get("/api/v1/events", headers=bearer(nora)),
        ]
        assert [answer.status_code for answer in answers] == [200, 404, 405, 405, 405, 415, 426]
        for answer in answers:
            wanted = "application/json" if answer.is_success else "application/problem+json"
            assert answer.headers["content-type"] == wanted
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert len(answer.headers["x-request-id"]) == 16
            assert not {"server", "set-cookie", "access-control-allow-origin"} & set(answer.headers)
        assert answers[2].headers["allow"] == "DELETE, POST"


async def test_a_fault_of_ours_shows_an_incident_and_nothing_else(
    memory_backend: Backend, caplog: pytest.LogCaptureFixture
) -> None:
    async with served(memory_backend) as site:
        nora = await site.staff("nora")

        class Broken:
            def now(self) -> None:
                raise RuntimeError("191212121212 secret")

        memory_backend.clock = Broken()  # type: ignore[assignment]
        answer = await site.get("/api/v1/desk", nora)
        assert answer.status_code == 500
        assert answer.json()["code"] == "internal"
        assert "secret" not in answer.text
        incident = answer.json()["detail"].split()[1].rstrip(".")
        assert incident in [vars(record).get("incident") for record in caplog.records]


def test_a_rate_limit_lets_a_burst_through_and_then_counts_time() -> None:
    moment = [0.0]
    limit = RateLimit(60, 3, clock=lambda: moment[0])
    assert [limit.take("a") for _ in range(4)] == [0, 0, 0, 1]
    assert limit.take("b") == 0
    moment[0] = 1.0
    assert [limit.take("a"), limit.take("a")] == [0, 1]
    for number in range(10_001):
        limit.take(str(number))
    assert limit.take("b") == 0


def test_many_wrong_sign_ins_from_one_address_leave_the_right_user_elsewhere_alone() -> None:
    limits = SignInLimits(Settings())
    for number in range(50):
        limits.take(f"user{number}", "10.0.0.1")
    for _ in range(20):
        limits.take("nora", "10.0.0.1")
    assert limits.take("nora", "10.0.0.1") > 0
    assert limits.take("nora", "10.0.0.2") == 0


async def test_a_body_that_never_ends_is_given_up(memory_backend: Backend) -> None:
    memory_backend.settings = Settings(demo_data=True, body_seconds=0.05)
    async with served(memory_backend) as site:
        reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
        head = "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n"
        writer.write((head + f"Content-Type: {JSON['content-type']}\r\n\r\n{{").encode())
        assert b" 408 " in await asyncio.wait_for(reader.readline(), 5)
        writer.close()
