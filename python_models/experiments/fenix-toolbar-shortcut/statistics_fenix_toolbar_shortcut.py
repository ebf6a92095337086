"""Statistics of fenix-toolbar-shortcut; what is computed is in the lock, how in dbt_jetstream."""

from dbt_jetstream.python_model import statistics_table


def model(dbt, session):
    pieces, moments = dbt.ref("pieces_fenix_toolbar_shortcut"), dbt.ref("moments_fenix_toolbar_shortcut")
    definition = {
        "experiment": dbt.config.meta_get("experiment"),
        "segments": dbt.config.meta_get("segments"),
        "statistics": dbt.config.meta_get("statistics"),
        "periods": dbt.config.meta_get("periods"),
        "definition_hash": dbt.config.meta_get("definition_hash"),
    }
    done = str(dbt.this) if getattr(dbt, "grows", False) else None
    return statistics_table(pieces, moments, definition, session, done)
