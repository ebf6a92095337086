"""Statistics of pip-first-time-hint; what is computed is in the lock, how in dbt_jetstream."""

from dbt_jetstream.python_model import statistics_table


def model(dbt, session):
    summaries = dbt.ref("summaries_pip_first_time_hint")
    definition = {
        "experiment": dbt.config.meta_get("experiment"),
        "segments": dbt.config.meta_get("segments"),
        "statistics": dbt.config.meta_get("statistics"),
        "periods": dbt.config.meta_get("periods"),
        "definition_hash": dbt.config.meta_get("definition_hash"),
    }
    done = str(dbt.this) if dbt.is_incremental else None
    return statistics_table(summaries, definition, session, done)
