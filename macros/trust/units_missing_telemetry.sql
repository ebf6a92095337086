{#- CTEs that end in `missing_telemetry`: by branch, the enrolled units and those `found` without a single
    telemetry row on or after their enrollment date, in each data source and ('') in none of them.

    Args: client_days (dict of relations by data source)
-#}
{% macro units_missing_telemetry(client_days) -%}
-- marker rows have no unit, and the rows of units without telemetry no date
last_days as (
    {%- for source, relation in client_days.items() %}
    select
        {{ text_literal(source) }} as data_source,
        analysis_id,
        branch,
        max(submission_date) as last_day
    from {{ relation }}
    where analysis_id is not null
    group by analysis_id, branch
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

units_with_telemetry as {{ stored() }} (
    select
        last_days.data_source,
        last_days.analysis_id,
        last_days.branch
    from last_days
    inner join enrolled_units
        on enrolled_units.analysis_id = last_days.analysis_id
        and enrolled_units.branch = last_days.branch
        and enrolled_units.enrollment_date <= last_days.last_day
),

heard_of as (
    select
        data_source,
        branch,
        count(*) as units
    from units_with_telemetry
    group by data_source, branch
    union all
    select
        '' as data_source,
        branch,
        count(*) as units
    from (
        select distinct analysis_id, branch
        from units_with_telemetry
    ) as heard_of_anywhere
    group by branch
),

missing_telemetry as (
    select
        sources.data_source,
        enrolled.branch,
        enrolled.units,
        enrolled.units - coalesce(heard_of.units, 0) as found
    from (
        select
            branch,
            count(*) as units
        from enrolled_units
        group by branch
    ) as enrolled
    cross join {{ literal_rows('sources', ['data_source'], [['']] + client_days | batch(1) | list) | indent(4) }}
    left join heard_of
        on heard_of.data_source = sources.data_source
        and heard_of.branch = enrolled.branch
)
{%- endmacro %}
