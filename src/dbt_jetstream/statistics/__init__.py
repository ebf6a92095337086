"""Statistics computed from aggregates: usable without dbt and without client-level data."""
