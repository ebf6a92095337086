"""Times the original's statistics on the same units; runs in the original's own environment.

Reads requests as JSON from standard input: {"file": parquet, "requests": [{"statistic", "metric",
"arguments", "replicates", "where"}]}. Prints as JSON a list of CPU seconds. `replicates` names two
numbers of resamples: what the full number costs is extrapolated linearly from these.
"""

from __future__ import annotations

import json
import sys
import time
import types
import warnings

import pandas as pd
from jetstream import statistics
from metric_config_parser.metric import AnalysisBasis, AnalysisPeriod

FULL = 10_000
EXPERIMENT = types.SimpleNamespace(
    reference_branch="control",
    normandy_slug="made-up",
    branches=[types.SimpleNamespace(slug=s) for s in ("control", "hint", "hint-animated")],
)


def seconds(frame: pd.DataFrame, request: dict, **more: int) -> float:
    """CPU seconds of one statistic with each branch as the reference."""
    arguments = {**request["arguments"], **more}
    statistic = getattr(statistics, request["statistic"])(**arguments)
    statistic.period = AnalysisPeriod.OVERALL
    started = time.process_time()
    statistic.apply(frame, request["metric"], EXPERIMENT, AnalysisBasis.ENROLLMENTS, "all")
    return time.process_time() - started


def main() -> None:
    """Answer the requests."""
    warnings.simplefilter("ignore")
    task = json.load(sys.stdin)
    whole = pd.read_parquet(task["file"])
    found = []
    for request in task["requests"]:
        frame = whole.query(request["where"]) if request.get("where") else whole
        # A ratio has no column of its own, but the original computes what has one.
        frame = frame.assign(ratio=0.0)
        if not request.get("replicates"):
            found.append(seconds(frame, request))
            continue
        few, many = request["replicates"]
        first = seconds(frame, request, num_samples=few)
        second = seconds(frame, request, num_samples=many)
        slope = max(second - first, 0.0) / (many - few)
        found.append(first + slope * (FULL - few))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
