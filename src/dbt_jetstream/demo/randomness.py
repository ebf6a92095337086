"""Random numbers as a pure function of what they are for.

A draw is a hash of (client, day, purpose), so it depends neither on the number of threads nor on
the order of rows, and a new purpose leaves all other draws as they were. DuckDB's `hash` is fixed
within a DuckDB version only; another version may generate other, equally valid, telemetry.
"""

import duckdb

# DuckDB combines the hashes of several arguments by xor at the end; two days of one client would
# differ by a constant pattern. The outer hash mixes them and makes the draws independent.
MACROS = """
create or replace temp macro draw(key, day, purpose) as
    ((hash(hash(key, day, purpose)) >> 11)::double + 0.5) / 9007199254740992::double;

create or replace temp macro exponential(key, day, purpose) as
    -ln(draw(key, day, purpose));

-- Box and Muller, A note on the generation of random normal deviates, 1958.
create or replace temp macro normal(key, day, purpose) as
    sqrt(-2 * ln(draw(key, day, purpose))) * cos(2 * pi() * draw(key, day, purpose || ' angle'));

-- The integer above or below x, so chosen that the expectation is x.
create or replace temp macro round_at_random(x, key, day, purpose) as
    floor(x + draw(key, day, purpose))::bigint;
"""


def create_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Define `draw`, `exponential`, `normal` and `round_at_random` on a connection.

    `draw` is uniform in (0, 1), `exponential` has mean 1, `normal` is standard. Each takes a
    64-bit key (the client), an integer day (0 where there is none) and a purpose.

    Args:
        connection: An open connection; the macros are temporary.
    """
    connection.execute(MACROS)
