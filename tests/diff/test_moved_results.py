"""Result rows before and after."""

from __future__ import annotations

from dbt_jetstream.review.diff.compared_results import compare_rows


def key(
    metric: str, branch: str, comparison: str = "", reference: str = "", window: str = "overall"
):
    return (window, 1, "enrollments", "all", metric, "mean", "", branch, comparison, reference)


def test_only_rows_beyond_rounding_are_shown() -> None:
    before = {
        key("a", "control"): (2.0, 1.0, 3.0),
        key("a", "new"): (3.0, 2.0, 4.0),
        key("a", "new", "relative_uplift", "control"): (0.5, 0.1, 0.9),
        key("b", "new"): (1.0, None, None),
        key("a", "new", window="weekly"): (1.0, 1.0, 1.0),
    }
    after = dict(before)
    after[key("b", "new")] = (1.0 + 1e-12, None, None)
    after[key("a", "new", "relative_uplift", "control")] = (0.5, 0.1, 0.8)
    after[key("a", "new", window="weekly")] = (2.0, 1.0, 1.0)
    found = compare_rows(before, after, "control")
    assert [(row.metric, row.branch) for row in found.shown] == [("a", "new")]
    assert found.shown[0].uplifts == ((0.5, 0.1, 0.9), (0.5, 0.1, 0.8))
    assert found.others == {"weekly": 1}
