{#- A metric's column as a floating-point number; booleans as 0 and 1.

    Args: name (str, the SQL to cast), column (Column, for its type)
-#}
{% macro as_float(name, column) -%}
    {{ return(adapter.dispatch('as_float', 'dbt_jetstream')(name, column)) }}
{%- endmacro %}

{% macro bigquery__as_float(name, column) -%}
    {%- if dbt_jetstream.is_flag(column) -%}
        cast(cast({{ name }} as int64) as float64)
    {%- else -%}
        cast({{ name }} as float64)
    {%- endif -%}
{%- endmacro %}

{% macro duckdb__as_float(name, column) -%}
    cast({{ name }} as double)
{%- endmacro %}
