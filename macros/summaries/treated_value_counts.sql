{#- A subquery with the distinct values of a metric after its pre-treatments, and their units.

    Values are counted first, unless a pre-treatment needs a quantile of the units' values.

    Args: units (str, a CTE), summary (dict, from the lock), column (Column), length (int, days of a window)
-#}
{% macro treated_value_counts(units, summary, column, length) -%}
    {%- set keys = 'window_index, analysis_basis, segment, branch' -%}
    {%- set names = summary.pre_treatments | map(attribute='name') | list -%}
    {%- set values = unit_values(units, summary.metric, column) -%}
    {%- if 'censor_highest_values' in names or 'censor_lowest_values' in names -%}
        {{- counted(treated(values, summary.pre_treatments, length)) -}}
    {%- else -%}
        {{- treated(counted(values), summary.pre_treatments, length, 'units') -}}
    {%- endif -%}
{%- endmacro %}
