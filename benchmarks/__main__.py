"""Runs the benchmarks, all of them or those named, each in a process of its own and in bounded time.

``python -m benchmarks [start keys receive memory widgets backend transport] [--json FILE]``
"""

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import report

ORDER = ("start", "keys", "receive", "memory", "widgets", "transport", "backend")
LIMIT_SECONDS = 180.0
FOLDER = Path(__file__).parent


def main() -> int:
    """Run them; 1 when one failed or a limit was missed."""
    known = [name for name in ORDER if (FOLDER / f"bench_{name}.py").exists()]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(known))
    parser.add_argument("--json", type=Path, help="write all findings to this file")
    options = parser.parse_args()
    if unknown := set(options.names) - set(known):
        parser.error(f"not known: {', '.join(sorted(unknown))}")
    findings: list[report.Finding] = []
    failed: list[str] = []
    for name in options.names or known:
        start = time.perf_counter()
        print(f"\n== {name}", flush=True)
        found = run(name)
        print(f"({time.perf_counter() - start:.0f} s)", flush=True)
        findings += found or []
        failed += [] if found is not None else [name]
    print("\n== all")
    report.summary(findings)
    for name in failed:
        print(f"{name} did not finish")
    if options.json:
        report.write(options.json, findings)
    return 1 if failed or any(one.verdict == "MISS" for one in findings) else 0


def run(name: str) -> list[report.Finding] | None:
    """Run one; its findings, or None when it failed or took too long."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "found.json"
        command = [sys.executable, "-m", f"benchmarks.bench_{name}", "--json", str(file)]
        process = subprocess.Popen(command, cwd=FOLDER.parent)
        try:
            code = process.wait(LIMIT_SECONDS)
        except (subprocess.TimeoutExpired, KeyboardInterrupt) as stopped:
            end(process)
            if isinstance(stopped, KeyboardInterrupt):
                raise
            return None
        return report.read(file) if code == 0 and file.exists() else None


def end(process: "subprocess.Popen[bytes]") -> None:
    """Stop it so that it ends what it started."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
