{#- A unit's value of a series, null where it has none, for a series that is not censored.

    Args: period (str), series (dict, see `numbered_series`), lock (dict, see `with_columns`)
-#}
{% macro series_value(period, series, lock) -%}
    {%- if series.id == 0 -%}
cast(0 as {{ dbt_jetstream.float_type() }})
    {%- elif series.joint -%}
        {%- set sides = dbt_jetstream.joint_sides(period, series.joint, lock) -%}
case when {{ sides['x' if series.side == 'y' else 'y'] }} is not null then {{ sides[series.side] }} end
    {%- else -%}
{{ dbt_jetstream.pre_treated(dbt_jetstream.metric_value('m', series.metric, period, lock), series.pre_treatments, lock.periods[period].windows.length) }}
    {%- endif -%}
{%- endmacro %}
