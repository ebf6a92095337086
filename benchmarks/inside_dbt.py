"""What each replacement inside dbt gains in a project of ten experiments: with and without it.

    .venv/bin/python -P benchmarks/inside_dbt.py --rounds 5

The experiments are copies of the two demo experiments under other slugs, on the same clients. All
are built once; then nothing is due, and what is timed is dbt alone: reading the project anew, a
build of one experiment, and a build of all. Figures are CPU seconds of whole processes.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
from pathlib import Path
from statistics import median

sys.path.append(str(Path(__file__).resolve().parent))

from copies import Copies

DAY = "2026-04-05"
ALL = "none"
TIMESAVERS = ("template_code",)
# What is timed, and the replacements that only save time in it; the others are features.
WORK = {
    "dbt parse, all anew": (("parse", "--no-partial-parse"), TIMESAVERS),
    "dbt build of one": (("build", "--select", "tag:experiment:{slug}"), TIMESAVERS),
    "dbt build of all": (("build", "--select", "tag:experiment:*"), TIMESAVERS),
}
# dbt, but for one replacement.
DBT = """
import sys

from dbt_jetstream.inside_dbt.plugin import REPLACEMENTS

REPLACEMENTS.pop(sys.argv.pop(1), None)
from dbt.cli.main import cli

cli()
"""


def main() -> None:
    """Measure each replacement and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--experiments", type=int, default=10, metavar="N")
    parser.add_argument("--clients", type=int, default=500, metavar="N")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jetstream-inside-dbt-") as folder:
        project = Copies(Path(folder), options.experiments)
        project.create(options.clients)
        project.jetstream("run", "--date", DAY)
        for title, (words, names) in WORK.items():
            chosen = [word.format(slug=project.slugs[0]) for word in words]
            print(f"{title}: CPU s with it, without it, gained", flush=True)
            _compare(project, chosen, names, options.rounds)


def _compare(project: Copies, words: list[str], names: tuple[str, ...], rounds: int) -> None:
    found = [
        {name: _cpu(project, name, words) for name in (ALL, *names)} for _ in range(rounds + 1)
    ]
    # The first warms up.
    counted = found[1:]
    for name in names:
        with_it, without = (median(cpu[side] for cpu in counted) for side in (ALL, name))
        gained = median(1 - cpu[ALL] / cpu[name] for cpu in counted)
        print(f"  {name:18}{with_it:8.2f}{without:8.2f}{gained:8.1%}", flush=True)


def _cpu(project: Copies, left_out: str, words: list[str]) -> float:
    """Run dbt without a replacement; returns the CPU seconds that it takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    project.run([sys.executable, "-P", "-c", DBT, left_out, "--quiet", *words], JETSTREAM_AS_OF=DAY)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
