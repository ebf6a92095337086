"""Reading and rewriting of metric-hub's BigQuery SQL."""
