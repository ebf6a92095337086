{#- A date `days` after another; negative days go back. `days` is a number or a SQL integer. -#}
{% macro add_days(date, days) -%}
    {{ return(date if days == 0 else adapter.dispatch('add_days', 'dbt_jetstream')(date, days)) }}
{%- endmacro %}

{% macro bigquery__add_days(date, days) -%}
    date_add({{ date }}, interval {{ days }} day)
{%- endmacro %}

{% macro duckdb__add_days(date, days) -%}
    {{ date }} {{ '- ' ~ -days if days is number and days < 0 else '+ ' ~ days }}
{%- endmacro %}
