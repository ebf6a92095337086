"""The dbt nodes of an experiment, that say what is computed."""
