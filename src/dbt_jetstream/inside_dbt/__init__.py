"""All of ours that dbt imports, or that replaces something of dbt's.

dbt has seams, which are used: a materialization of our own (macros/materializations), hooks, tags,
the plugins of dbt and of dbt-duckdb. What it has none for is replaced here, one thing a file, and
each says what, why, and what is measured with and without it (docs/decisions/0040). With
`JETSTREAM_PLAIN_DBT=1` dbt is as it comes:

- without `selector`, `tag:experiment:<slug>` or `path:models/experiments/<slug>` select;
- without `leaving_out`, a metric that fails costs its data source, or the day of its experiment;
- without `bigquery_adapter` and `python_job`, Python models need BigFrames
  (`DBT_JETSTREAM_PYTHON=bigframes`), and exports are lines, as in dbt Cloud;
- without `template_code`, each process of dbt compiles its macros anew.

`plugin` is what dbt finds and asks; `duckdb_plugin` is dbt-duckdb's own seam, and stays. Python
models import `dbt_jetstream.python_model` and `trust.model`, by names that their files hold.
"""
