{#- The quantile of a column over a group of rows, interpolated between two of them, nulls left out.

    NaN comes before all numbers: a quantile whose place, from 0, is one of a NaN is NaN.

    Args: column (str), fraction (float), keys (str, the columns that make a group)
-#}
{% macro quantile_over(column, fraction, keys) -%}
    {{ return(adapter.dispatch('quantile_over', 'dbt_jetstream')(column, fraction, keys)) }}
{%- endmacro %}

{% macro bigquery__quantile_over(column, fraction, keys) -%}
    percentile_cont({{ column }}, {{ fraction }}) over (partition by {{ keys }})
{%- endmacro %}

{% macro duckdb__quantile_over(column, fraction, keys) -%}
    {%- set group = 'over (partition by ' ~ keys ~ ')' -%}
    {%- set place = fraction ~ ' * (count(' ~ column ~ ') ' ~ group ~ ' - 1)' -%}
    {%- set nans = 'count(case when isnan(' ~ column ~ ') then 1 end) ' ~ group -%}
    {%- set ordered = "case when isnan(" ~ column ~ ") then cast('-inf' as double) else " ~ column ~ ' end' -%}
    case when {{ place }} < {{ nans }} then cast('nan' as double)
    {#- #} else quantile_cont({{ ordered }}, {{ fraction }}) {{ group }} end
{%- endmacro %}
