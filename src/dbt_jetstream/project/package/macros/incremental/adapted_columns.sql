{#- Let a table hold new rows: it gets the columns that it lacks, and fractions where it had whole numbers.

    DuckDB would round fractions and BigQuery refuse them. They occur where `jetstream rerun-skip` kept windows of
    an earlier definition.

    Args: table (relation), new_rows (relation)
    Returns: list of columns, those of the new rows
-#}
{% macro adapted_columns(table, new_rows) %}
    {%- set changes = check_for_schema_changes(new_rows, table) -%}
    {%- if changes.schema_changed -%}
        {%- do dbt_jetstream.widen_integers(table, changes) -%}
        {%- do sync_column_schemas('append_new_columns', table, changes) -%}
    {%- endif -%}
    {{- return(changes.source_columns) -}}
{% endmacro %}
