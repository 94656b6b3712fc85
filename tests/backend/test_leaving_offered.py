"""The end of a shift with a visit that is offered and not answered, on both databases."""

import pytest

from clinic_tui.backend.context import Backend
from tests.backend.town import ANNA_CASE, in_progress, staff

pytestmark = pytest.mark.anyio


async def test_a_visit_that_is_offered_and_not_answered_is_left_with_a_reason(backend: Backend) -> None:
    nora = await staff(backend, "nora")
    version = (await in_progress(nora)).case.version
    offer = {"case_id": ANNA_CASE, "version": version, "staff_id": "s-nils", "reason": "My day ends"}
    await nora.send("hand_over_case", **offer)
    assert (await nora.refused("end_shift", left=())).rule == "shift.unfinished"
    await nora.send("end_shift", left=({"kind": "hand_over", "id": ANNA_CASE, "reason": "Nils takes it"},))
