{#- Whether dbt is the one in Python: it has plugins, and on DuckDB the statements of a model share a connection.

    In dbt Cloud its version may be a date, as 2026.8.18.
-#}
{% macro is_dbt_1() %}
    {{- return(not dbt_version.startswith('2.')) -}}
{% endmacro %}
