"""The workstation with a fault planted in it; run as a program with the arguments of `clinic-tui demo`."""

import sys

import clinic_tui.app
from clinic_tui.cli import main

CANARY = "kanariefågel 191212121212"
WORKER = "--worker" in sys.argv


class CrashingApp(clinic_tui.app.ClinicApp):
    """Crashes when one leaves, or in a worker where told to, with a patient at hand."""

    def action_leave(self) -> None:
        """Fail with the patient in a local variable and in the error's own text."""
        patient = {"name": CANARY}
        raise ValueError(f"cannot leave {patient}")

    def on_mount(self) -> None:
        """As always; then, where asked for, fail in a worker."""
        super().on_mount()
        if WORKER:
            self.set_timer(0.5, lambda: self.run_worker(self._fail(), name=CANARY))

    async def _fail(self) -> None:
        patient = {"name": CANARY}
        raise KeyError(patient["name"])


if __name__ == "__main__":
    clinic_tui.app.ClinicApp = CrashingApp
    sys.argv = [sys.argv[0], *(one for one in sys.argv[1:] if one != "--worker")]
    sys.exit(main())
