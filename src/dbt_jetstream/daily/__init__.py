"""A day's work: what is due, dbt's build, failed sources, settled experiments, exports again."""
