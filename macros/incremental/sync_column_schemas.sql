{#- Adapt a table to new columns; a column of whole numbers that gets fractions is widened first.

    Overrides dbt's macro of the same name, which leaves types as they are: DuckDB would round what
    it inserts then. Happens where `jetstream rerun-skip` kept windows of an earlier definition.

    Args: on_schema_change (str), target_relation, schema_changes_dict (dict): as dbt passes them
-#}
{% macro sync_column_schemas(on_schema_change, target_relation, schema_changes_dict) %}
    {%- set fractional = schema_changes_dict.source_columns | selectattr('dtype', 'equalto', float_type() | upper)
        | map(attribute='name') | map('lower') | list -%}
    {%- for column in schema_changes_dict.target_columns -%}
        {%- if column.name | lower in fractional and column.is_integer() -%}
            {%- do run_query(
                'alter table ' ~ target_relation ~ ' alter column ' ~ column.name
                ~ ' set data type ' ~ float_type()
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do return(adapter.dispatch('sync_column_schemas', 'dbt')(
        on_schema_change, target_relation, schema_changes_dict
    )) -%}
{% endmacro %}
