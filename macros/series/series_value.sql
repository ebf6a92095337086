{#- A unit's value of a series, null where it has none, for a series that is not censored.

    Args: period (str), series (dict, see `numbered_series`), length (int, days of a window), metrics (dict of
        relations by period)
-#}
{% macro series_value(period, series, length, metrics) -%}
    {%- if series.id == 0 -%}
cast(0 as {{ float_type() }})
    {%- elif series.joint -%}
        {%- set sides = joint_sides(period, series.joint, length, metrics) -%}
case when {{ sides['x' if series.side == 'y' else 'y'] }} is not null then {{ sides[series.side] }} end
    {%- else -%}
{{ pre_treated(metric_value('m', series.metric, period, metrics), series.pre_treatments, length) }}
    {%- endif -%}
{%- endmacro %}
