{#- How dbt makes a table on DuckDB: as dbt-duckdb does, but what is to be added to an experiment's table is a view.

    Its rows are computed once, while they are added, instead of being written twice.

    Args: temporary (bool), relation, compiled_code (str), language (str), partitioned_by, sorted_by: as
        dbt passes them
-#}
{% macro duckdb__create_table_as(temporary, relation, compiled_code, language='sql', partitioned_by=none, sorted_by=none) -%}
    {%- if temporary and language == 'sql' and is_of_experiment() -%}
create or replace temporary view {{ relation.include(database=false, schema=false) }} as (
    {{ compiled_code }}
)
    {%- else -%}
        {{- dbt.duckdb__create_table_as(temporary, relation, compiled_code, language, partitioned_by, sorted_by) -}}
    {%- endif -%}
{%- endmacro %}
