{#- Every enrolled unit once per analysis basis, with the date that its windows count from.

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
    {{ dbt_jetstream.anchor_column(basis, lock) }} as anchor_date
from {{ enrollments }}
        {%- if not loop.last %}
union all
        {%- endif %}
    {%- endfor -%}
{%- endmacro %}
