{#- CTEs with the metrics that cannot be combined from days: read from telemetry, per window.

    `<source>_direct` has the units and windows with telemetry, `<source>_direct_empty` one row with the
    metrics of those without. Where a metric reads the unit, the first has all of them, and there is
    no second.

    Args: source (dict, from the lock), lock (dict), windows (list of {index, start, end}),
        telemetry (dict of relations by key)
-#}
{% macro direct_metrics(source, lock, windows, telemetry) -%}
    {%- set date_column = 'ds.' ~ source.date_column -%}
    {%- set days = dbt_jetstream.window_days(windows, lock.experiment) -%}
    {%- set reads_enrollments = dbt_jetstream.reads_enrollments(source.direct_metrics) -%}
{{ source.name }}_direct as (
    select
        e.analysis_id,
        e.branch,
        e.analysis_basis,
        e.window_index
        {%- for metric in source.direct_metrics %},
        -- {{ metric.reason }}
        {{ dbt_jetstream.fragment(metric.sql) }} as {{ metric.name }}
        {%- endfor %}
    from unit_windows as e
    {{ 'left' if reads_enrollments else 'inner' }} join {{ dbt_jetstream.fragment(source.from, telemetry) | indent(4) }} as ds
        on ds.{{ source.unit_column }} = e.analysis_id
        and {{ date_column }} between date '{{ days.first }}' and date '{{ days.last }}'
        and {{ date_column }} >= {{ dbt_jetstream.add_days('e.anchor_date', 'e.analysis_window_start') }}
        and {{ date_column }} <= {{ dbt_jetstream.add_days('e.anchor_date', 'e.analysis_window_end') }}
        -- dates of a custom enrollment query may lie outside the enrollment dates
        and {{ date_column }} >= {{ dbt_jetstream.add_days("date '" ~ lock.experiment.start_date ~ "'", 'e.analysis_window_start') }}
        and {{ date_column }} <= {{ dbt_jetstream.add_days("date '" ~ lock.experiment.last_enrollment_date ~ "'", 'e.analysis_window_end') }}
        {{- dbt_jetstream.sent_after_enrollment(source) | indent(8) }}
    group by
        e.analysis_id,
        e.branch,
        e.analysis_basis,
        e.window_index
        {%- if reads_enrollments %},
        e.analysis_window_start,
        e.analysis_window_end,
        e.exposure_date,
        e.num_exposure_events
        {%- endif %}
)
{%- if not reads_enrollments %},

{{ source.name }}_direct_empty as (
    select
        {%- for metric in source.direct_metrics %}
        {{ dbt_jetstream.fragment(metric.sql) }} as {{ metric.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (select cast(null as {{ dbt.type_string() }}) as analysis_id) as nobody
    left join (
        select *
        from {{ dbt_jetstream.fragment(source.from, telemetry) | indent(8) }} as ds
        where false
    ) as ds
        on ds.{{ source.unit_column }} = nobody.analysis_id
)
{%- endif %}
{%- endmacro %}
