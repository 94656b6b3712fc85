import pytest

from clinic_tui.backend.context import Backend
from tests.backend.served import served
from tests.backend.town import ANNA_CASE

pytestmark = pytest.mark.anyio


async def test_an_accepted_case_reaches_a_colleague(memory_backend: Backend) -> None:
    async with served(memory_backend) as site:
        nora, nils = await site.staff("nora"), await site.staff("nils")
        async with site.live(nils) as stream:
            answer = await site.command(nora, "accept_case", case_id=ANNA_CASE, version=1)
            assert answer.status_code == 200, answer.text
            event = await stream.event("case.changed")
            assert event["event"]["case"]["assignee"]["name"] == "Nora"
