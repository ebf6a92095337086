{#- How statements on DuckDB name a model's new rows: a temporary view, which no schema holds; for dbt 2, where a
    temporary view would not outlive its statement, one of the target's schema.

    Args: new_rows (relation)
    Returns: relation
-#}
{% macro staged_name(new_rows) %}
    {{- return(new_rows.include(database=false, schema=false) if dbt_jetstream.is_dbt_1() else new_rows) -}}
{% endmacro %}
