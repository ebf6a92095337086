{#- Make columns of whole numbers floating-point where the rows to come have fractions.

    Args: target_relation, schema_changes_dict (dict): as dbt passes them
-#}
{% macro widen_integers(target_relation, schema_changes_dict) %}
    {%- set fractional = schema_changes_dict.source_columns | selectattr('dtype', 'equalto', dbt_jetstream.float_type() | upper)
        | map(attribute='name') | map('lower') | list -%}
    {%- for column in schema_changes_dict.target_columns -%}
        {%- if column.name | lower in fractional and column.is_integer() -%}
            {%- do run_query(
                'alter table ' ~ target_relation ~ ' alter column ' ~ column.quoted
                ~ ' set data type ' ~ dbt_jetstream.float_type()
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}
