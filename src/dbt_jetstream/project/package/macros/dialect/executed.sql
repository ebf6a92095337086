{#- Statements of a hook that must have run before what follows them in it.

    On DuckDB a hook's text runs in order. On BigQuery exports happen while the hook is rendered, so
    what they read is run then, too; only a failure is left of the text.

    Args: statements (str)
-#}
{% macro executed(statements) -%}
    {{ return(adapter.dispatch('executed', 'dbt_jetstream')(statements)) }}
{%- endmacro %}

{% macro bigquery__executed(statements) -%}
    {%- if adapter.run_script is defined -%}
        {{- dbt_jetstream.failure(adapter.run_script(statements)) -}}
    {%- else -%}
        {%- do run_query(statements) -%}
    {%- endif -%}
{%- endmacro %}

{% macro duckdb__executed(statements) -%}
{{ statements }}
{%- endmacro %}
