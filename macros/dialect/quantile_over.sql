{#- The quantile of a column over a group of rows, interpolated between two of them, nulls left out.

    Args: column (str), fraction (float), keys (str, the columns that make a group)
-#}
{% macro quantile_over(column, fraction, keys) -%}
    {{ return(adapter.dispatch('quantile_over', 'dbt_jetstream')(column, fraction, keys)) }}
{%- endmacro %}

{% macro bigquery__quantile_over(column, fraction, keys) -%}
    percentile_cont({{ column }}, {{ fraction }}) over (partition by {{ keys }})
{%- endmacro %}

{% macro duckdb__quantile_over(column, fraction, keys) -%}
    quantile_cont({{ column }}, {{ fraction }}) over (partition by {{ keys }})
{%- endmacro %}
