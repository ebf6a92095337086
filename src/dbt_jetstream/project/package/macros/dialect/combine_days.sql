{#- Combine a daily part over the days of a window.

    Args: function (str: SUM, MIN, MAX, LOGICAL_OR or LOGICAL_AND), column (str)
-#}
{% macro combine_days(function, column) -%}
    {{ return(adapter.dispatch('combine_days', 'dbt_jetstream')(function, column)) }}
{%- endmacro %}

{% macro bigquery__combine_days(function, column) -%}
    {{ function | lower }}({{ column }})
{%- endmacro %}

{% macro duckdb__combine_days(function, column) -%}
    {#- of days with a NaN the least is NaN -#}
    {%- set functions = {'LOGICAL_OR': 'bool_or', 'LOGICAL_AND': 'bool_and', 'MIN': 'bigquery_min'} -%}
    {{ functions.get(function, function | lower) }}({{ column }})
{%- endmacro %}
