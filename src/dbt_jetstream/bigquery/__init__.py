"""What the BigQuery adapter of dbt learns where this package is installed beside it."""
