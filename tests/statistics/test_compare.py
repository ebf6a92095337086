from dbt_jetstream.statistics.binomial import binomial_law
from dbt_jetstream.statistics.compare import compare_branches
from dbt_jetstream.statistics.law import difference, relative_uplift

LAWS = {"treatment": binomial_law(30, 100), "control": binomial_law(20, 100)}


def test_each_branch_and_each_ordered_pair_is_estimated_in_the_order_of_names() -> None:
    assert [row[:3] for row in compare_branches(LAWS)] == [
        ("control", None, None),
        ("treatment", None, None),
        ("treatment", "difference", "control"),
        ("treatment", "relative_uplift", "control"),
        ("control", "difference", "treatment"),
        ("control", "relative_uplift", "treatment"),
    ]


def test_the_order_of_branches_does_not_change_a_bit() -> None:
    backwards = dict(reversed(LAWS.items()))
    assert compare_branches(backwards, 0.9) == compare_branches(LAWS, 0.9)


def test_one_branch_alone_is_compared_to_nothing() -> None:
    rows = compare_branches({"control": LAWS["control"]})
    assert [row[:3] for row in rows] == [("control", None, None)]


def test_a_pair_is_compared_as_its_laws_are() -> None:
    found = {row[:3]: row.estimate for row in compare_branches(LAWS, 0.8)}
    pair = LAWS["treatment"], LAWS["control"]
    assert found["treatment", "difference", "control"] == difference(*pair, 0.8)
    assert found["treatment", "relative_uplift", "control"] == relative_uplift(*pair, 0.8)


def test_a_difference_the_other_way_round_is_its_mirror_image() -> None:
    found = {row[:3]: row.estimate for row in compare_branches(LAWS)}
    point, lower, upper = found["treatment", "difference", "control"]
    assert found["control", "difference", "treatment"] == (-point, -upper, -lower)
