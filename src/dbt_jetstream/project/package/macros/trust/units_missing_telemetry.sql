{#- CTEs that end in `missing_telemetry`: by branch, the enrolled units and those `found` without a single
    telemetry row on or after their enrollment date, in each data source and ('') in none of them.

    Reads: enrolled_units, units_with_telemetry.
    Args: client_days (dict of relations by data source)
-#}
{% macro units_missing_telemetry(client_days) -%}
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
    cross join {{ dbt_jetstream.literal_rows('sources', ['data_source'], [['']] + client_days | batch(1) | list) | indent(4) }}
    left join heard_of
        on heard_of.data_source = sources.data_source
        and heard_of.branch = enrolled.branch
)
{%- endmacro %}
