{#- Adapt a table to new columns; a column of whole numbers that gets fractions is widened first.

    Overrides dbt's macro of the same name, which leaves types as they are: DuckDB would round what
    it inserts then. Happens where `jetstream rerun-skip` kept windows of an earlier definition.

    Args: on_schema_change (str), target_relation, schema_changes_dict (dict): as dbt passes them
-#}
{% macro sync_column_schemas(on_schema_change, target_relation, schema_changes_dict) %}
    {%- if is_of_experiment() -%}
        {%- do widen_integers(target_relation, schema_changes_dict) -%}
    {%- endif -%}
    {%- do return(adapter.dispatch('sync_column_schemas', 'dbt')(
        on_schema_change, target_relation, schema_changes_dict
    )) -%}
{% endmacro %}
