{#- The windows that a table of several periods holds, and the data sources that were absent from each.

    Args: rows (str, a relation or subquery: analysis_period, window_index, absent_sources)
    Returns: dict by period of dict by window index of str
-#}
{% macro windows_by_period(rows) %}
    {%- set query -%}
select
    analysis_period,
    window_index,
    max(absent_sources) as absent_sources
from {{ rows }}
group by 1, 2
order by 1, 2
    {%- endset -%}
    {%- set found = {} -%}
    {%- for row in run_query(query).rows -%}
        {%- do found.setdefault(row[0], {}).update({row[1] | int: row[2] or ''}) -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
