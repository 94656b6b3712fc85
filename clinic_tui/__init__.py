"""A terminal workstation for staff who answer residents by chat."""

__version__ = "0.1.0"
