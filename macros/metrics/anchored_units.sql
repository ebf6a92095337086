{#- Every enrolled unit once per analysis basis, with the date that its windows count from.

    With an experiment's own exposure signal, windows of both bases count from enrollment.

    Args: lock (dict), enrollments (relation)
-#}
{% macro anchored_units(lock, enrollments) -%}
    {%- for basis in lock.bases %}
select
    analysis_id,
    branch,
    enrollment_date,
    num_enrollment_events,
    {%- for segment in lock.segments %}
    {{ segment }},
    {%- endfor %}
    exposure_date,
    num_exposure_events,
    '{{ basis }}' as analysis_basis,
    {{ 'exposure_date' if basis == 'exposures' and not lock.exposure_signal else 'enrollment_date' }} as anchor_date
from {{ enrollments }}
        {%- if not loop.last %}
union all
        {%- endif %}
    {%- endfor -%}
{%- endmacro %}
