{#- How dbt adds new rows to the table of an experiment on DuckDB: without a look at those that it holds.

    Each of these models adds only days or windows that its table does not hold; incomplete ones are deleted
    before. A merge would join the new rows with all earlier ones, on every day of an experiment.

    Args: target, source, unique_key, dest_columns, incremental_predicates: as dbt passes them
-#}
{% macro duckdb__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
    {%- if is_of_experiment() -%}
insert into {{ target }} by name
select {{ get_quoted_csv(dest_columns | map(attribute='name')) }}
from {{ source }}
    {%- else -%}
        {{- dbt.duckdb__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -}}
    {%- endif -%}
{%- endmacro %}
