{#- The partitions of a table on DuckDB: none. `partition_by` of our models is BigQuery's.

    Overrides dbt-duckdb's macro of the same name, which reads `partition_by` as a list of columns.
-#}
{% macro duckdb__get_partitioned_by(relation, temporary) %}
    {{- return(none) -}}
{% endmacro %}
