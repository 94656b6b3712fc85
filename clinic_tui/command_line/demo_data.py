"""Brings the demo's people to a backend that is served with `--demo-data`."""

from datetime import datetime

from clinic_tui.backend.store import Store
from clinic_tui.demo.dataset import load
from clinic_tui.demo_host import seed_from_dataset


async def fill(store: Store, now: datetime, password: str) -> None:
    """Put the demo's units, staff, residents, cases and phrases into an empty store."""
    await seed_from_dataset(store, load(), now, password)
