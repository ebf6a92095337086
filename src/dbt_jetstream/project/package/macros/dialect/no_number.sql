{#- The type of a column whose values are no numbers: text, dates, arrays; none where they are, or are true and false.

    Args: column (Column)
    Returns: str, or none
-#}
{% macro no_number(column) %}
    {#- dbt-bigquery tells of an array by its mode, which `data_type` includes; DuckDB's types are whole -#}
    {%- set type = column.data_type if target.type == 'bigquery' else column.dtype -%}
    {%- set is_number = type.split('(')[0] | upper in [
        'BOOL', 'BOOLEAN', 'INT64', 'INTEGER', 'BIGINT', 'SMALLINT', 'TINYINT', 'HUGEINT', 'UINTEGER', 'UBIGINT',
        'USMALLINT', 'UTINYINT', 'UHUGEINT', 'FLOAT', 'FLOAT64', 'DOUBLE', 'REAL', 'DECIMAL', 'NUMERIC', 'BIGNUMERIC',
    ] and not type.endswith(']') -%}
    {{- return(none if is_number else type) -}}
{% endmacro %}
