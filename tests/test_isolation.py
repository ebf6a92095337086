"""The search for the data sources that fail: as few as possible are left out."""

from __future__ import annotations

from dbt_jetstream.daily.build import Failure
from dbt_jetstream.daily.isolation import Isolation

SLUG = "an-experiment"


def days(source: str) -> Failure:
    """Client days that fail."""
    return Failure(SLUG, f"{source}_client_days", f"no {source}", data_source=source)


def metrics(*sources: str) -> Failure:
    """Metrics that read sources directly, and fail."""
    return Failure(SLUG, "weekly", "no table", direct_sources=sources)


def search(broken: set[str], direct: tuple[str, ...], daily: tuple[str, ...] = ()) -> list[set]:
    """Play the warehouse: which sets of sources are left out, one after the other?"""

    def failures(absent: set[str]) -> list[Failure]:
        failed = [days(source) for source in daily if source in broken - absent]
        reading = [source for source in direct if source not in absent]
        return failed or ([metrics(*reading)] if broken & set(reading) else [])

    isolation = Isolation(failures(set()))
    attempts = []
    while (reasons := isolation.attempt()) is not None:
        attempts.append(set(reasons))
        isolation.learn(failures(set(reasons)))
    return [*attempts, set(isolation.reasons)]


def test_client_days_name_their_source() -> None:
    assert search({"crashes"}, (), ("crashes", "clients")) == [{"crashes"}, {"crashes"}]


def test_each_direct_source_is_tried_by_itself() -> None:
    found = search({"b"}, ("a", "b", "c"))
    assert found == [{"a"}, {"b"}, {"b"}]


def test_all_direct_sources_are_left_out_where_none_alone_is_to_blame() -> None:
    found = search({"a", "c"}, ("a", "b", "c"))
    assert found == [{"a"}, {"b"}, {"c"}, {"a", "b", "c"}, {"a", "b", "c"}]


def test_a_direct_failure_that_client_days_hid_is_found_next() -> None:
    found = search({"crashes", "kinds"}, ("kinds",), ("crashes",))
    assert found == [{"crashes"}, {"crashes", "kinds"}, {"crashes", "kinds"}]


def test_nothing_is_left_out_where_that_does_not_help() -> None:
    isolation = Isolation([metrics("a")])
    assert isolation.attempt() == {"a": "no table"}
    isolation.learn([metrics("a")])
    # Once more as it was, so that the logs do not say that `a` was left out.
    assert isolation.attempt() == {}
    isolation.learn([metrics("a")])
    assert isolation.attempt() is None
    assert isolation.reasons == {}
    assert isolation.left == [metrics("a")]


def test_a_failure_that_no_source_explains_is_left_alone() -> None:
    failure = Failure(SLUG, "enrollments_an_experiment", "no events")
    isolation = Isolation([failure])
    assert isolation.attempt() is None
    assert isolation.left == [failure]
