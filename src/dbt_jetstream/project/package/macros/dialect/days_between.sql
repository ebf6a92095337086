{#- Days from the date `start` to the date `end`: 1 from a day to the next. -#}
{% macro days_between(start, end) -%}
    {{ return(adapter.dispatch('days_between', 'dbt_jetstream')(start, end)) }}
{%- endmacro %}

{% macro bigquery__days_between(start, end) -%}
    date_diff({{ end }}, {{ start }}, day)
{%- endmacro %}

{% macro duckdb__days_between(start, end) -%}
    date_diff('day', {{ start }}, {{ end }})
{%- endmacro %}
