"""The workstation itself on a server and a session that are given."""

import sys

from clinic_tui.workstation import run_workstation

sys.exit(run_workstation(sys.argv[1], lang="en", token=sys.argv[2], private=True))
