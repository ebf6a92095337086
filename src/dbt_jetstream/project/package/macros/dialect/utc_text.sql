{#- A timestamp as ISO text in UTC. -#}
{% macro utc_text(timestamp) -%}
    {{ return(adapter.dispatch('utc_text', 'dbt_jetstream')(timestamp)) }}
{%- endmacro %}

{% macro bigquery__utc_text(timestamp) -%}
    format_timestamp('%Y-%m-%dT%H:%M:%SZ', {{ timestamp }})
{%- endmacro %}

{% macro duckdb__utc_text(timestamp) -%}
    strftime({{ timestamp }}, '%Y-%m-%dT%H:%M:%SZ')
{%- endmacro %}
