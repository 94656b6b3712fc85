"""The base classes of everything that goes over the wire."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

Instant = Annotated[datetime, Meta(tz=True)]
"""A moment with its zone; the codec refuses one without."""


class Wire(Struct, frozen=True, kw_only=True):
    """What the server sends: unknown fields are ignored, so that an older client can read a newer server."""


class StrictWire(Wire, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the server receives: an unknown field is refused, so that a misspelt one is never lost."""
