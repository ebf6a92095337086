"""CPU time and memory of what follows the metrics tables, against those of an earlier version.

    python benchmarks/against_version.py COMMIT [--units 1000000] [--memory-limit 300MB]

Each version makes a project of its own from the same made-up metrics, and its compiled SQL of bins,
pieces and moments (before: of bins and summaries) is run by DuckDB in a process of its own. Prints
CPU seconds, the process' largest memory, and ours per that of the earlier version.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent
# Units, and segments that each has a part of them.
CASES = {"2 segments": (1.0, 2), "no segment": (1.0, 0), "12 segments": (0.2, 12)}


def main() -> None:
    """Print a line for each case and version."""
    parser = argparse.ArgumentParser(description="Compare with an earlier version.")
    parser.add_argument("commit")
    parser.add_argument("--units", type=int, default=1_000_000)
    parser.add_argument("--only", choices=CASES)
    parser.add_argument("--memory-limit", default="4GB")
    parser.add_argument("--threads", default="1")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jetstream-versions-") as name:
        folder = Path(name)
        before = folder / "before"
        git = ["git", "-C", str(REPOSITORY), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(before), asked.commit], check=True)
        try:
            print(f"{'':16}{'units':>10}{'before':>22}{'here':>22}{'ratio':>14}")
            for case in [asked.only] if asked.only else CASES:
                _compare(case, {"before": before, "here": REPOSITORY}, folder, asked)
        finally:
            subprocess.run([*git, "remove", "--force", str(before)], check=True)


def _compare(case: str, versions: dict[str, Path], folder: Path, asked: argparse.Namespace) -> None:
    share, segments = CASES[case]
    units = int(asked.units * share)
    found = {}
    for name, repository in versions.items():
        project = folder / f"{name}-{segments}"
        _child(repository, "make", str(project), str(units), str(segments))
        found[name] = _child(repository, "run", str(project), asked.memory_limit, asked.threads)
    before, here = found["before"], found["here"]
    if "error" in before or "error" in here:
        print(f"{case:16}{units:>10,}", *(f"{n}: {f.get('error', 'ok')}" for n, f in found.items()))
        return
    cells = [f"{f['cpu']:.2f} s {f['memory']:,.0f} MB" for f in (before, here)]
    ratios = f"{here['cpu'] / before['cpu']:.2f} {here['memory'] / before['memory']:.2f}"
    print(f"{case:16}{units:>10,}{cells[0]:>22}{cells[1]:>22}{ratios:>14}", here["parts"])


def _child(repository: Path, *words: str) -> dict:
    environment = os.environ | {"PYTHONPATH": f"{repository / 'src'}:{repository / 'tests'}"}
    command = [sys.executable, "-P", str(HERE / "version.py"), *words]
    done = subprocess.run(
        command, env=environment, cwd=repository, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stdout[-3000:] + done.stderr[-3000:])
    lines = done.stdout.splitlines()
    return json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}


if __name__ == "__main__":
    main()
