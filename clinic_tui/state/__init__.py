"""The desk: everything the screens show, folded from snapshots and events."""
