"""Where the backend keeps everything: SQLite by default, PostgreSQL where there are several replicas."""

from clinic_tui.backend.store.base import StorageUnavailable, Store
from clinic_tui.backend.store.opening import create_schema, open_store, upgrade

__all__ = ["StorageUnavailable", "Store", "create_schema", "open_store", "upgrade"]
