"""The program's own app with this many cases on its desk at once, and no backend."""

import sys
from datetime import UTC, datetime, timedelta

from clinic_tui.protocol.resources import (
    Assignment,
    CaseRow,
    DeskSnapshot,
    Profile,
    Region,
    ResidentRef,
    StaffRef,
    UnitInfo,
)
from clinic_tui.workstation import GC_THRESHOLDS, clean_environment

COUNT = int(sys.argv[1])
REASONS = ("Cough and fever", "Ear ache", "Back pain", "Rash", "Heartburn", "Warts on the foot")


def main() -> None:
    """Start as the workstation does, with the snapshot handed in instead of fetched."""
    import gc
    import os

    clean_environment(os.environ)
    gc.disable()
    from clinic_tui.app import ClinicApp, LinkNews
    from clinic_tui.client.link_events import SnapshotArrived
    from clinic_tui.i18n import set_language
    from clinic_tui.options import Options

    set_language("en")
    app = ClinicApp(Options(server="http://127.0.0.1:9", private=True))
    news = LinkNews(SnapshotArrived(snapshot()))

    def open_filled() -> None:
        app.switch_mode("drop_in")
        app.post_message(news)

    app.entrance.open = open_filled
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    gc.enable()
    app.run()


def snapshot() -> DeskSnapshot:
    """A desk as the backend sends it."""
    now = datetime.now(UTC)

    def row(number: int) -> CaseRow:
        return CaseRow(
            id=f"01890000-0000-7000-8000-{number:012d}",
            kind="drop_in",
            origin="resident_triage",
            state="waiting",
            unit_id="u0",
            queue_role="nurse",
            service_code="",
            resident=ResidentRef(
                id=f"r{number}", name=f"Resident {number:06d}", birth_date=None, age=71, sex="female"
            ),
            reason=REASONS[number % len(REASONS)],
            priority=3,
            priority_source="triage",
            queued_at=now - timedelta(minutes=30, seconds=(COUNT - number) / 50),
            free_text=number % 3 == 0,
            child=number % 3 == 1,
            version=1,
            revision=1,
        )

    return DeskSnapshot(
        server_time=now,
        region=Region(name="Region"),
        profile=Profile(staff_id="anna", username="anna", display_name="Anna Ek", title="Nurse"),
        assignment=Assignment(id="a0", unit_id="u0", unit_name="Unit 0", role="nurse"),
        roles_seen=("nurse",),
        permissions=("accept_drop_in", "preview_case"),
        units=(UnitInfo(id="u0", name="Unit 0", kind="health_centre"),),
        staff=(StaffRef(id="anna", name="Anna Ek"),),
        phrases=(),
        cases=tuple(map(row, range(COUNT))),
        mine=(),
        cursors=(),
    )


main()
