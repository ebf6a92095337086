{#- CTEs that combine a data source's client days into the metrics of each unit and window.

    A period's windows lie end to end, so each day falls into one, and the window's index follows
    from the day's distance to the date that the unit's windows count from. A window of one day
    holds at most one client day: there is nothing to combine.

    `<source>` has the units and windows with telemetry, `<source>_empty` the metrics of those without:
    one row, or one per unit and window where the metrics depend on the unit.

    Args: source (dict, from the lock), lock (dict), windows (list of {index, start, end}), client_days (relation)
-#}
{% macro rolled_up_metrics(source, lock, windows, client_days) -%}
    {%- set name = source.name -%}
    {%- set first_day = lock.windows.first_day -%}
    {%- set days = dbt_jetstream.window_days(windows, lock.experiment) -%}
    {%- set is_combined = lock.windows.length != 1 -%}
    {%- set reads_enrollments = dbt_jetstream.reads_enrollments(source.daily_metrics) %}
{{ name }}_days as (
    {%- for basis in lock.bases %}
    {%- set anchor = 'd.' ~ dbt_jetstream.anchor_column(basis, lock) %}
    {%- set distance = dbt_jetstream.days_between(anchor, 'd.submission_date') %}
    {%- set since_first_day = distance if first_day == 0 else distance ~ ' + ' ~ (-first_day) %}
    select
        d.analysis_id,
        d.branch,
        '{{ basis }}' as analysis_basis,
        w.window_index
        {%- for part in source.parts %},
        {{ dbt_jetstream.combine_days(part.combine, 'd.' ~ part.name) if is_combined else 'd.' ~ part.name }} as {{ part.name }}
        {%- endfor %}
    from {{ client_days }} as d
    inner join analysis_windows as w
        on w.window_index = {{ dbt_jetstream.integer_division(since_first_day, lock.windows.length or 1) }} + 1
    where
        d.submission_date between date '{{ days.first }}' and date '{{ days.last }}'
        and d.submission_date >= {{ dbt_jetstream.add_days(anchor, first_day) }}
        -- dates of a custom enrollment query may lie outside the enrollment dates
        and d.submission_date >= {{ dbt_jetstream.add_days("date '" ~ lock.experiment.start_date ~ "'", 'w.analysis_window_start') }}
        and d.submission_date <= {{ dbt_jetstream.add_days("date '" ~ lock.experiment.last_enrollment_date ~ "'", 'w.analysis_window_end') }}
    {%- if is_combined %}
    group by d.analysis_id, d.branch, w.window_index
    {%- endif %}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

{{ name }} as (
    select
        p.analysis_id,
        p.branch,
        p.analysis_basis,
        p.window_index
        {%- for metric in source.daily_metrics %},
        {{ dbt_jetstream.fragment(metric.sql) }} as {{ metric.name }}
        {%- endfor %}
    from {{ name }}_days as p
    {%- if reads_enrollments %}
    inner join unit_windows as e
        on e.analysis_id = p.analysis_id
        and e.branch = p.branch
        and e.analysis_basis = p.analysis_basis
        and e.window_index = p.window_index
    {%- endif %}
),

{{ name }}_empty as (
    select
        {%- if dbt_jetstream.depends_on_unit(source) %}
        e.analysis_id,
        e.branch,
        e.analysis_basis,
        e.window_index,
        {%- endif %}
        {%- for metric in source.daily_metrics %}
        {{ dbt_jetstream.fragment(metric.sql) }} as {{ metric.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ client_days }} as p
    {%- if source.reads_unit %}
    inner join unit_windows as e
        on e.analysis_id = p.analysis_id
        and e.branch = p.branch
    {%- elif reads_enrollments %}
    cross join unit_windows as e
    {%- endif %}
    where p.submission_date is null
)
{%- endmacro %}
