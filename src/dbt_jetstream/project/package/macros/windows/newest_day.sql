{#- The newest date with rows in a table, between two dates; none where there is no row.

    Args: relation (str, what stands after FROM), date (str, the rows' date in SQL), first, last (dates)
    Returns: date or none
-#}
{% macro newest_day(relation, date, first, last) %}
    {%- set newest -%}
select
    cast(max({{ date }}) as date) as newest_day,
    max({{ date }}) as newest_date
from {{ relation }}
where {{ date }} between date '{{ first }}' and date '{{ last }}'
    {%- endset -%}
    {%- set day, found = run_query(newest).rows[0] -%}
    {#- BigQuery refuses what compares these; DuckDB would take days for their first moments -#}
    {%- if found.hour is defined -%}
        {%- do exceptions.raise_compiler_error(
            '`' ~ date ~ '` of `' ~ relation ~ '` is a timestamp, not a date; let the data source select its DATE(…)'
        ) -%}
    {%- endif -%}
    {{- return(day) -}}
{% endmacro %}
