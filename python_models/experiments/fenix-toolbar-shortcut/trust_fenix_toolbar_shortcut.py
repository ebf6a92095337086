"""Trust checks of fenix-toolbar-shortcut; what is checked is in the lock, how in dbt_jetstream."""

from dbt_jetstream.trust.model import trust_table


def model(dbt, session):
    counts = dbt.ref("trust_counts_fenix_toolbar_shortcut")
    pieces = dbt.ref("pieces_fenix_toolbar_shortcut")
    statistics = dbt.ref("statistics_fenix_toolbar_shortcut")
    definition = {
        "experiment": dbt.config.meta_get("experiment"),
        "branches": dbt.config.meta_get("branches"),
        "clipped": dbt.config.meta_get("clipped"),
        "definition_hash": dbt.config.meta_get("definition_hash"),
    }
    return trust_table(counts, pieces, statistics, definition, session)
