{#- How dbt merges new rows on BigQuery: as everywhere; into an experiment's table with the partitions they belong to.

    Without them BigQuery reads the whole table for each merge, on every day of an experiment.

    Args: target, source, unique_key, dest_columns, incremental_predicates: as dbt passes them
-#}
{% macro bigquery__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
    {%- set predicates = (incremental_predicates or []) + (merged_partitions(source, unique_key) if is_of_experiment() else []) -%}
    {{- dbt.default__get_merge_sql(target, source, unique_key, dest_columns, predicates) -}}
{%- endmacro %}
