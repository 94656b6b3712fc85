"""What the tests of colleagues add to the small town: a chat nobody has, and a booked visit."""

from datetime import datetime, timedelta

from clinic_tui.backend.seed import Seed, SeedCase
from tests.backend.town import case_id

CHAT, VISIT = case_id(101), case_id(102)


def team_town(now: datetime) -> Seed:
    """To be seeded on top of the town."""
    chat = SeedCase(
        id=CHAT,
        kind="async",
        origin="resident_admin",
        state="new",
        unit_id="north",
        queue_role="nurse",
        resident_id="r-eva",
        reason="Prescription",
        priority=None,
        queued_at=now - timedelta(hours=1),
        expires_at=now + timedelta(days=10),
    )
    visit = SeedCase(
        id=VISIT,
        kind="scheduled",
        origin="booking",
        state="booked",
        unit_id="north",
        queue_role="nurse",
        resident_id="r-eva",
        reason="Blood pressure",
        priority=None,
        queued_at=now - timedelta(hours=1),
        starts_at=now + timedelta(hours=2),
        ends_at=now + timedelta(hours=3),
        mode="chat",
    )
    return Seed(cases=(chat, visit))
