{#- The least value of a group, NaN only where all are, as DuckDB has it; BigQuery's MIN is NaN where any is.

    Args: value (str), over (str, a named window; none for an aggregate)
-#}
{% macro least_number(value, over=none) -%}
    {{- adapter.dispatch('least_number', 'dbt_jetstream')(value, ' over ' ~ over if over else '') -}}
{%- endmacro %}

{% macro duckdb__least_number(value, over) -%}
min({{ value }}){{ over }}
{%- endmacro %}

{% macro bigquery__least_number(value, over) -%}
coalesce(min(case when not {{ dbt_jetstream.is_nan(value) }} then {{ value }} end){{ over }}, min({{ value }}){{ over }})
{%- endmacro %}
