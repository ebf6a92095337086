{#- How dbt makes a view on DuckDB: in place of the one that is there, in one statement.

    Args: relation, sql (str): as dbt passes them
-#}
{% macro duckdb__create_view_as(relation, sql) -%}
create or replace view {{ relation }} as (
    {{ sql }}
);
{%- endmacro %}

{#- dbt's own on DuckDB makes another view, renames both and drops the old one. -#}
{% materialization view, adapter='duckdb' %}
    {%- set made = create_or_replace_view() -%}
    {%- do adapter.commit() -%}
    {{- return(made) -}}
{% endmaterialization %}
