{#- The two values of a unit that a joint is about, before and after pre-treatments that need no other unit.

    They are a metric and its covariate, or a ratio's numerator and denominator. A covariate is always
    that of the enrollments basis, for a unit's exposure may follow its enrollment, and has no
    pre-treatment.

    Args: period (str), joint (dict, from the lock), lock (dict, see `with_columns`)
    Returns: dict of str: `raw_y`, `raw_x`, `y`, `x`
-#}
{% macro joint_sides(period, joint, lock) %}
    {%- set raw_y = dbt_jetstream.metric_value('m', joint.y, period, lock) -%}
    {%- if joint.role == 'covariate' -%}
        {%- set raw_x = dbt_jetstream.metric_value(dbt_jetstream.covariate_table(joint.period), joint.x, joint.period, lock) -%}
    {%- else -%}
        {%- set raw_x = dbt_jetstream.metric_value('m', joint.x, period, lock) -%}
    {%- endif -%}
    {%- set length = lock.periods[period].windows.length -%}
    {%- set sides = {'raw_y': raw_y, 'raw_x': raw_x, 'y': none, 'x': none} -%}
    {%- if not dbt_jetstream.is_censored(joint) -%}
        {%- do sides.update(y=dbt_jetstream.pre_treated(raw_y, joint.pre_treatments, length)) -%}
        {%- set treatments = [] if joint.role == 'covariate' else joint.pre_treatments -%}
        {%- do sides.update(x=dbt_jetstream.pre_treated(raw_x, treatments, length)) -%}
    {%- endif -%}
    {{- return(sides) -}}
{% endmacro %}
