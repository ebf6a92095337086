"""All of ours that dbt imports, or that replaces something of dbt's.

dbt has seams, which are used: a materialization of our own (macros/materializations), hooks, tags,
the plugins of dbt and of dbt-duckdb. What it has none for is replaced here, one thing a file, and
each says what, why, and what is measured with and without it (docs/decisions/0040). With
`JETSTREAM_PLAIN_DBT=1` dbt is as it comes:

| file | without it |
| --- | --- |
| `selector` | `tag:experiment:<slug>` or `path:models/experiments/<slug>` in place of `experiment:<slug>` |
| `leaving_out` | a metric that fails costs its data source, under `dbt build` its experiment's day |
| `bigquery_adapter`, `python_job` | `DBT_JETSTREAM_PYTHON=bigframes`, and exports as lines, as in dbt Cloud |
| `template_code` | each process of dbt compiles its macros anew |

`plugin` is what dbt finds and asks; `duckdb_plugin` is dbt-duckdb's own seam, and stays. Python
models import `dbt_jetstream.python_model` and `trust.model`, by names that their files hold.
"""
