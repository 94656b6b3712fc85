"""Runs the program as `python -m clinic_tui`."""

import sys

from clinic_tui.cli import main

sys.exit(main())
