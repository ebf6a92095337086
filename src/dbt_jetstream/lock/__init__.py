"""The lock: an experiment's fully resolved definition, one part for each dbt node that needs it."""
