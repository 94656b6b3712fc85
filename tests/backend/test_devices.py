"""The keys of what staff keep on their devices."""

import base64
import json
import logging
from datetime import timedelta
from typing import cast

import pytest
from sqlalchemy import select, update

from clinic_tui.backend.clock import SettableClock
from clinic_tui.backend.context import Backend
from clinic_tui.backend.devices import DEVICES_PER_PERSON
from clinic_tui.backend.store.tables import audit, device_keys, idempotency, staff
from clinic_tui.protocol.codec import decode
from clinic_tui.protocol.resources import DeviceKey
from tests.backend.served import Served, bearer, served

pytestmark = pytest.mark.anyio
HERE, THERE = "0" * 32, "1" * 32


async def key(site: Served, token: str, device: str = HERE) -> str:
    answer = await site.http.post("/api/v1/session/device", json={"device_id": device}, headers=bearer(token))
    assert answer.status_code == 200, answer.text
    return answer.json()["key"]


async def test_each_person_has_a_key_of_their_own_on_each_device(backend: Backend) -> None:
    async with served(backend) as site:
        nora, nils = await site.staff("nora"), await site.staff("nils")
        first = await key(site, nora)
        assert len(base64.urlsafe_b64decode(first + "=")) == 32
        assert await key(site, nora) == first
        assert await key(site, await site.staff("nora")) == first
        assert len({first, await key(site, nora, THERE), await key(site, nils)}) == 3


async def test_nobody_without_a_live_session_of_staff_gets_one(backend: Backend) -> None:
    async with served(backend) as site:
        nora = await site.staff("nora")
        await key(site, nora)
        asked = {"device_id": HERE}
        path = "/api/v1/session/device"
        assert (await site.http.post(path, json=asked)).status_code == 401
        resident = await site.resident("anna")
        assert (await site.http.post(path, json=asked, headers=bearer(resident))).status_code == 403
        await backend.store.write(
            lambda conn: conn.execute(update(staff).where(staff.c.username == "nora").values(disabled=True))
        )
        assert (await site.http.post(path, json=asked, headers=bearer(nora))).status_code == 401


@pytest.mark.parametrize("device", ["", "x" * 32, "0" * 31, "../" + "0" * 29])
async def test_a_device_has_an_id_of_its_own_making(memory_backend: Backend, device: str) -> None:
    async with served(memory_backend) as site:
        answer = await site.http.post(
            "/api/v1/session/device",
            json={"device_id": device},
            headers=bearer(await site.staff("nora")),
        )
        assert answer.status_code == 422


async def test_the_key_stands_in_no_log_and_no_other_table(
    memory_backend: Backend, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with served(memory_backend) as site:
        found = await key(site, await site.staff("nora"))
    rows = await memory_backend.store.read(
        lambda conn: [dict(row) for row in conn.execute(select(audit)).mappings()]
    )
    assert [row["code"] for row in rows].count("device_added") == 1
    answers = await memory_backend.store.read(lambda conn: conn.execute(select(idempotency)).all())
    assert found not in json.dumps(rows, default=str) + repr(answers) + caplog.text
    assert found not in repr(decode(DeviceKey, json.dumps({"staff_id": "s", "key": found}).encode()))


async def test_the_device_used_longest_ago_makes_room(memory_backend: Backend) -> None:
    clock = cast("SettableClock", memory_backend.clock)
    async with served(memory_backend) as site:
        nora = await site.staff("nora")
        for number in range(DEVICES_PER_PERSON + 1):
            clock.move(timedelta(seconds=1))
            await key(site, nora, f"{number:032x}")
    kept = await memory_backend.store.read(
        lambda conn: conn.execute(select(device_keys.c.device_id)).scalars().all()
    )
    assert len(kept) == DEVICES_PER_PERSON
    assert f"{0:032x}" not in kept
