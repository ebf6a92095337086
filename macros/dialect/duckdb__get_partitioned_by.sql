{#- The partitions of a table on DuckDB: of an experiment none, for its `partition_by` is BigQuery's.

    Overrides dbt-duckdb's macro of the same name, which reads `partition_by` as a list of columns.
-#}
{% macro duckdb__get_partitioned_by(relation, temporary) %}
    {{- return(none if is_of_experiment() else dbt.duckdb__get_partitioned_by(relation, temporary)) -}}
{% endmacro %}
