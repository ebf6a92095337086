"""The same arguments give the same telemetry, others give others."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest
from scipy import stats

from dbt_jetstream.demo import generate
from dbt_jetstream.demo.randomness import create_macros
from demo_data.telemetry_tables import TABLES, Connection, generated


def checksums(connection: Connection) -> dict[str, tuple[int, int]]:
    """Rows and an order-free sum of row hashes, by table."""
    query = "select count(*), sum(md5_number_lower(t::varchar)::hugeint) from {} as t"
    return {t: connection.execute(query.format(t)).fetchall()[0] for t in TABLES}


def test_the_same_arguments_give_the_same_rows_whatever_the_threads(tmp_path: Path) -> None:
    one = checksums(generated(tmp_path / "one.duckdb", 300, threads=1))
    four = checksums(generated(tmp_path / "four.duckdb", 300, threads=4))
    assert one == four


def test_a_second_call_replaces_the_first(tmp_path: Path) -> None:
    once = checksums(generated(tmp_path / "once.duckdb", 300))
    generated(tmp_path / "twice.duckdb", 50, seed=7).close()
    assert checksums(generated(tmp_path / "twice.duckdb", 300)) == once


def test_another_seed_gives_other_rows_in_every_table(tmp_path: Path) -> None:
    one = checksums(generated(tmp_path / "one.duckdb", 300, seed=1))
    two = checksums(generated(tmp_path / "two.duckdb", 300, seed=2))
    assert all(one[table] != two[table] for table in TABLES)


def test_draws_are_uniform_and_independent_from_day_to_day() -> None:
    connection = duckdb.connect()
    create_macros(connection)
    days = connection.execute(
        "select draw(hash(i), 0, 'p') as a, draw(hash(i), 1, 'p') as b, draw(hash(i), 0, 'q') as c"
        " from range(20000) as clients (i)"
    ).fetchnumpy()
    assert stats.kstest(days["a"], "uniform").pvalue > 1e-3
    assert stats.pearsonr(days["a"], days["b"]).pvalue > 1e-3
    # Xor-linked draws are uncorrelated and yet dependent: compare the joint distribution on a
    # grid of 8 by 8 cells too.
    for other in ("b", "c"):
        cells, *_ = np.histogram2d(days["a"], days[other], bins=8, range=[[0, 1], [0, 1]])
        assert stats.chi2_contingency(cells).pvalue > 1e-3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"clients": 0, "seed": 1, "days": 45}, "clients is 0"),
        ({"clients": 5, "seed": 1, "days": 0}, "days is 0"),
        ({"clients": 5, "seed": 2**63, "days": 45}, "seed is 9223372036854775808"),
    ],
)
def test_arguments_out_of_range_are_named(
    tmp_path: Path, arguments: dict[str, int], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        generate(tmp_path / "never.duckdb", **arguments)
