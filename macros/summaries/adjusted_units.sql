{#- A subquery with a period's units and their `covariate`: a metric of the time before they enrolled.

    Always that of the enrollments basis, for a unit's exposure may follow its enrollment. Null where
    it is not known.

    Args: period (str), metrics (dict of relations by period), joint (dict, from the lock), type (Column)
-#}
{% macro adjusted_units(period, metrics, joint, type) -%}
(
    select during.*, earlier.covariate
    from {{ period }}_units as during
    left join (
        select analysis_id, branch, {{ as_float(joint.x, type) }} as covariate
        from {{ metrics[joint.period] }}
        where analysis_basis = 'enrollments' and window_index = 1
    ) as earlier
        using (analysis_id, branch)
) as adjusted_units
{%- endmacro %}
