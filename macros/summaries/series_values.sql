{#- A subquery with the value of every unit that has one, after pre-treatments.

    Args: period (str), series (dict, from the lock), columns (dict of Column), metrics (dict of relations
        by period), length (int, days of a window)
-#}
{% macro series_values(period, series, columns, metrics, length) -%}
    {%- if series.joint -%}
(
    select window_index, analysis_basis, segment, branch, {{ series.side }} as value
    from {{ joint_values(period, series.joint, columns, metrics, length) | indent(4) }}
) as series_values
    {%- else -%}
        {%- set values = unit_values(period ~ '_units', series.metric, columns[series.metric]) -%}
(
    select *
    from {{ treated(values, series.pre_treatments, length) | indent(4) }}
    where value is not null
) as series_values
    {%- endif -%}
{%- endmacro %}
