{#- Whether dbt is the one in Python: it has plugins, and on DuckDB the statements of a model share a connection. -#}
{% macro is_dbt_1() %}
    {{- return(dbt_version.startswith('1')) -}}
{% endmacro %}
