{#- The newest date with rows in a table, between two dates; none where there is no row.

    Args: relation (str, what stands after FROM), date (str, the rows' date in SQL), first, last (dates)
    Returns: date or none
-#}
{% macro newest_day(relation, date, first, last) %}
    {%- set newest -%}
select cast(max({{ date }}) as date) as newest_day
from {{ relation }}
where {{ date }} between date '{{ first }}' and date '{{ last }}'
    {%- endset -%}
    {{- return(run_query(newest).rows[0][0]) -}}
{% endmacro %}
