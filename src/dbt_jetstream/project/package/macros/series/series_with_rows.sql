{#- The series that some row of a table is of. A statement leaves out all others: it need not read their columns.

    Args: relation (relation, of bins or pieces), condition (str, on its rows), among (list of series, see
        `numbered_series`)
    Returns: list of series
-#}
{% macro series_with_rows(relation, condition, among) %}
    {%- set query -%}
select distinct metric, series
from {{ relation }}
where {{ condition }}
    {%- endset -%}
    {%- set named = {} -%}
    {%- for row in run_query(query).rows -%}
        {%- do named.update({(row[0], row[1]): true}) -%}
    {%- endfor -%}
    {%- set found = [] -%}
    {%- for series in among if (series.metric, series.series) in named -%}
        {%- do found.append(series) -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
