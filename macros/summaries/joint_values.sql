{#- A subquery with two values of every unit that has both: `y` and `x`, after pre-treatments.

    They are a metric and its covariate, or a ratio's numerator and denominator.

    Args: period (str), joint (dict, from the lock), columns (dict of Column), metrics (dict of relations
        by period), length (int, days of a window)
-#}
{% macro joint_values(period, joint, columns, metrics, length) -%}
    {%- if joint.role == 'covariate' -%}
        {%- set type = columns_by_name(metrics[joint.period])[joint.x] -%}
        {%- set units = adjusted_units(period, metrics, joint, type) -%}
        {%- set values = unit_values(units, joint.y, columns[joint.y], 'covariate') -%}
        {%- set pairs = treated(values, joint.pre_treatments, length, 'covariate') -%}
    {%- else -%}
        {%- set x = as_float(joint.x, columns[joint.x]) ~ ' as other' -%}
        {%- set values = unit_values(period ~ '_units', joint.y, columns[joint.y], x) -%}
        {%- set swapped -%}
(
    select window_index, analysis_basis, segment, branch, value as other, other as value
    from {{ treated(values, joint.pre_treatments, length, 'other') | indent(4) }}
    where value is not null
) as swapped
        {%- endset -%}
        {%- set pairs = treated(swapped, joint.pre_treatments, length, 'other') -%}
    {%- endif -%}
    {%- set y, x = ('value', 'covariate') if joint.role == 'covariate' else ('other', 'value') -%}
(
    select window_index, analysis_basis, segment, branch, {{ y }} as y, {{ x }} as x
    from {{ pairs | indent(4) }}
    where {{ y }} is not null and {{ x }} is not null
) as joint_values
{%- endmacro %}
