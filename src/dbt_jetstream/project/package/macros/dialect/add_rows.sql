{#- The statement that adds new rows to a table.

    On DuckDB without a look at those that it holds: each model adds only days or windows that its table lacks,
    incomplete ones are deleted before, and a merge would join the new rows with all earlier ones every day. On
    BigQuery, where no transaction spans statements, it is a merge, so that it can be repeated; into the
    partitions that the rows belong to, for else it reads the whole table.

    Args: target (relation), new_rows (relation), columns (list)
-#}
{% macro add_rows(target, new_rows, columns) %}
    {{- return(adapter.dispatch('add_rows', 'dbt_jetstream')(target, new_rows, columns)) -}}
{% endmacro %}

{% macro duckdb__add_rows(target, new_rows, columns) %}
insert into {{ target }} by name
select {{ get_quoted_csv(columns | map(attribute='name')) }}
from {{ dbt_jetstream.staged_name(new_rows) }}
{%- endmacro %}

{% macro bigquery__add_rows(target, new_rows, columns) %}
    {%- set unique_key = config.get('unique_key') -%}
    {%- set source = '(select * from ' ~ new_rows ~ ')' -%}
    {{- get_merge_sql(target, source, unique_key, columns, dbt_jetstream.merged_partitions(source, unique_key)) -}}
{% endmacro %}
