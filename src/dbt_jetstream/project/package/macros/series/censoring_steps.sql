{#- The columns of censored values in a period: what each is of a unit at first, and how it changes level by level.

    Args: period (str), lock (dict, see `with_columns`)
    Returns: dict by column of {raw, changes}; a change is a pre-treatment, `{where: column}` or none
-#}
{% macro censoring_steps(period, lock) %}
    {%- set found = {} -%}
    {%- for series in dbt_jetstream.numbered_series(lock) if period in series.periods and not series.joint and dbt_jetstream.is_censored(series) -%}
        {%- set raw = dbt_jetstream.metric_value('m', series.metric, period, lock) -%}
        {%- do found.update({'values_' ~ series.id: {'raw': raw, 'changes': series.pre_treatments}}) -%}
    {%- endfor -%}
    {%- for joint in dbt_jetstream.numbered_joints(lock) if period in joint.periods and dbt_jetstream.is_censored(joint) -%}
        {%- set sides = dbt_jetstream.joint_sides(period, joint, lock) -%}
        {%- set treatments = joint.pre_treatments -%}
        {%- set of_x = [] if joint.role == 'covariate'
            else [none] * (treatments | length) + [{'where': 'y_' ~ joint.id}] + treatments -%}
        {%- do found.update({'y_' ~ joint.id: {'raw': sides.raw_y, 'changes': treatments}}) -%}
        {%- do found.update({'x_' ~ joint.id: {'raw': sides.raw_x, 'changes': of_x}}) -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
