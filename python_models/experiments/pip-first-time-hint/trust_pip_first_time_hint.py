"""Trust checks of pip-first-time-hint; what is checked is in the lock, how in dbt_jetstream."""

from dbt_jetstream.trust.model import trust_table


def model(dbt, session):
    counts = dbt.ref("trust_counts_pip_first_time_hint")
    pieces = dbt.ref("pieces_pip_first_time_hint")
    statistics = dbt.ref("statistics_pip_first_time_hint")
    definition = {
        "experiment": dbt.config.meta_get("experiment"),
        "branches": dbt.config.meta_get("branches"),
        "clipped": dbt.config.meta_get("clipped"),
        "definition_hash": dbt.config.meta_get("definition_hash"),
    }
    return trust_table(counts, pieces, statistics, definition, session)
