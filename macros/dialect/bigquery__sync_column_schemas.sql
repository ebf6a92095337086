{#- Adapt a table on BigQuery to new columns, see `sync_column_schemas`, which dbt-bigquery does not call.

    Without it BigQuery would refuse to insert fractions into a column of whole numbers.

    Args: on_schema_change (str), target_relation, schema_changes_dict (dict): as dbt passes them
-#}
{% macro bigquery__sync_column_schemas(on_schema_change, target_relation, schema_changes_dict) %}
    {%- if is_of_experiment() -%}
        {%- do widen_integers(target_relation, schema_changes_dict) -%}
    {%- endif -%}
    {%- do return(dbt.bigquery__sync_column_schemas(on_schema_change, target_relation, schema_changes_dict)) -%}
{% endmacro %}
