"""All trust checks of an experiment: counts and statistics in, findings out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from dbt_jetstream.common.reference import reference_branch, without_reference
from dbt_jetstream.trust.comparisons import multiple_testing, pre_enrollment
from dbt_jetstream.trust.finding import Finding, ordered
from dbt_jetstream.trust.heavy_tail import heavy_tails
from dbt_jetstream.trust.missing_telemetry import missing_telemetry
from dbt_jetstream.trust.sample_ratio import sample_ratio
from dbt_jetstream.trust.sanity import sanity
from dbt_jetstream.trust.several_branches import several_branches


def findings(
    counts: Iterable[Mapping[str, Any]],
    statistics: Iterable[Mapping[str, Any]],
    definition: Mapping[str, Any],
    pieces: Iterable[Mapping[str, Any]] = (),
) -> list[Finding]:
    """Run every check.

    Args:
        counts: The rows of `trust_counts_<slug>`.
        statistics: Statistics rows with `analysis_period`; of windows after enrollment, those of
            the newest suffice.
        definition: The node's part of the lock.
        pieces: Rows of the pieces that clipped means are computed from, of one window.
    """
    by_check: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in counts:
        by_check[row["counted"]].append(row)
    statistics = list(statistics)
    experiment = definition["experiment"]
    reference, remark = reference_branch(experiment), without_reference(experiment)
    ratios = {branch["slug"]: branch["ratio"] for branch in definition["branches"]}
    return ordered(
        [
            *sample_ratio(by_check["sample_ratio"], ratios),
            *several_branches(by_check["several_branches"]),
            *missing_telemetry(by_check["missing_telemetry"]),
            *sanity(by_check["sanity"]),
            *pre_enrollment(statistics, reference, remark),
            *heavy_tails(pieces, definition["clipped"]),
            *multiple_testing(statistics, reference, remark),
        ]
    )
