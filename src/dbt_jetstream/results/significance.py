"""Comparisons between branches with their p-values, as pages and tables show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dbt_jetstream.results.frames import known
from dbt_jetstream.trust.multiple_testing import DISTRIBUTIONS, adjusted, p_value

if TYPE_CHECKING:
    import pandas as pd

CELL = ["analysis_period", "window_index", "analysis_basis", "segment"]
# What identifies a comparison within a cell.
COMPARED = ["metric", "statistic", "branch", "comparison_to_branch"]


def is_distribution(statistics: pd.DataFrame) -> pd.Series:
    """Tell the rows that describe distributions."""
    return statistics["statistic"].isin(DISTRIBUTIONS)


def comparisons(statistics: pd.DataFrame) -> pd.DataFrame:
    """Return the comparisons that the page shows, with their p-values.

    Args:
        statistics: Rows as `results.statistics` returns them.

    Returns:
        A row per cell and comparison: `point`, `lower` and `upper` of the relative uplift, those of
        the difference with the suffix `_difference`, the p-value `p` of no effect, and `q`: p
        adjusted after Benjamini and Hochberg over all comparisons of the cell with one reference.
    """
    rows = statistics[~is_distribution(statistics)]
    keys = [*CELL, *COMPARED]
    numbers = ["point", "lower", "upper"]
    uplifts = rows.loc[rows["comparison"] == "relative_uplift", [*keys, *numbers]]
    columns = [*keys, *numbers, "ci_width"]
    differences = rows.loc[rows["comparison"] == "difference", columns]
    found = uplifts.merge(differences, how="outer", on=keys, suffixes=("", "_difference"))
    ends = ["point_difference", "lower_difference", "upper_difference", "ci_width"]
    found["p"] = [
        p_value(*map(known, values)) for values in found[ends].itertuples(index=False, name=None)
    ]
    found["p"] = found["p"].astype(float)
    family = found.groupby([*CELL, "comparison_to_branch"])["p"]
    found["q"] = family.transform(lambda values: adjusted([known(p) for p in values])).astype(float)
    return found
