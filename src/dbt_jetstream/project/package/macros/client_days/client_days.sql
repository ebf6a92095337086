{#- What a data source says about each enrolled unit and day: the parts that windows combine.

    A run reads the telemetry days that have arrived since the last one it holds, and no day twice.
    Each row has the dates that its unit's windows count from, so that windows need no enrollments.
    The first run adds a row without a date: the parts over one empty telemetry row; one per unit
    where a part reads the unit. Each run that reads adds a marker row without a unit: the last day
    read, whoever sent anything on it.

    Args: enrollments (relation), telemetry (dict of relations by key)
-#}
{% macro client_days(enrollments, telemetry) %}
{%- if execute -%}
{%- set lock = dbt_jetstream.definition() -%}
{%- set source = lock.data_source -%}
{%- set days = dbt_jetstream.unread_days(source, lock.experiment, enrollments, telemetry) -%}
with

enrolled_units as (
    select
        analysis_id,
        branch,
        enrollment_date,
        exposure_date
    from {{ enrollments }}
),

client_days as (
    select
        e.analysis_id,
        e.branch,
        ds.{{ source.date_column }} as submission_date,
        e.enrollment_date,
        e.exposure_date
        {{- dbt_jetstream.day_parts(source) }}
    from enrolled_units as e
    inner join {{ dbt_jetstream.fragment(source.from, telemetry) | indent(4) }} as ds
        on ds.{{ source.unit_column }} = e.analysis_id
        and ds.{{ source.date_column }} between date '{{ days.first }}' and date '{{ days.last }}'
        and ds.{{ source.date_column }} >= {{ dbt_jetstream.add_days('e.enrollment_date', source.first_day) }}
        {{- dbt_jetstream.sent_after_enrollment(source) | indent(8) }}
    group by 1, 2, 3, 4, 5
)
{%- if not dbt_jetstream.grows() %},

-- what a window without telemetry sees: one row in which every telemetry column is null
without_telemetry as (
    select
        {%- if source.reads_unit %}
        e.analysis_id,
        e.branch,
        {%- else %}
        cast(null as {{ dbt.type_string() }}) as analysis_id,
        cast(null as {{ dbt.type_string() }}) as branch,
        {%- endif %}
        cast(null as date) as submission_date,
        cast(null as date) as enrollment_date,
        cast(null as date) as exposure_date
        {{- dbt_jetstream.day_parts(source) }}
    from {{ 'enrolled_units' if source.reads_unit else '(select * from enrolled_units limit 1)' }} as e
    left join (
        select *
        from {{ dbt_jetstream.fragment(source.from, telemetry) | indent(8) }} as ds
        where false
    ) as ds
        on ds.{{ source.unit_column }} = e.analysis_id
    group by e.analysis_id, e.branch
)
{%- endif %}

select
    *,
    '{{ lock.definition_hash }}' as definition_hash
from client_days
{%- if not dbt_jetstream.grows() %}
union all
select
    *,
    '{{ lock.definition_hash }}' as definition_hash
from without_telemetry
{%- endif %}
{%- if days.first <= days.last %}
union all
-- the marker: until which day the data source has been read
select
    null as analysis_id,
    null as branch,
    date '{{ days.last }}' as submission_date,
    null as enrollment_date,
    null as exposure_date,
    {%- for part in source.parts %}
    null as {{ part.name }},
    {%- endfor %}
    '{{ lock.definition_hash }}' as definition_hash
{%- endif %}
{%- endif -%}
{% endmacro %}
