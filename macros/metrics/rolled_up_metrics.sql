{#- CTEs that combine a data source's client days into the metrics of each unit and window.

    A period's windows lie end to end, so each day falls into one, and the window's index follows
    from the day's distance to the date that the unit's windows count from.

    Args: source (dict, from the lock), lock (dict), windows (list of {index, start, end}), client_days (relation)
-#}
{% macro rolled_up_metrics(source, lock, windows, client_days) -%}
    {%- set name = source.name -%}
    {%- set first_day = lock.windows.first_day -%}
    {%- set distance = days_between('u.anchor_date', 'd.submission_date') -%}
    {%- set since_first_day = distance if first_day == 0 else distance ~ ' + ' ~ (-first_day) -%}
    {%- set days = window_days(windows, lock.experiment) -%}
    {%- set reads_enrollments = reads_enrollments(source.daily_metrics) -%}
{{ name }}_window_days as (
    select
        u.analysis_id,
        u.branch,
        u.analysis_basis,
        w.window_index
        {%- for part in source.parts %},
        {{ combine_days(part.combine, 'd.' ~ part.name) }} as {{ part.name }}
        {%- endfor %}
    from anchored_units as u
    inner join {{ client_days }} as d
        on d.analysis_id = u.analysis_id
        and d.branch = u.branch
        and d.submission_date between date '{{ days.first }}' and date '{{ days.last }}'
        and d.submission_date >= {{ add_days('u.anchor_date', first_day) }}
    inner join analysis_windows as w
        on w.window_index = {{ integer_division(since_first_day, lock.windows.length or 1) }} + 1
        -- dates of a custom enrollment query may lie outside the enrollment dates
        and d.submission_date >= {{ add_days("date '" ~ lock.experiment.start_date ~ "'", 'w.analysis_window_start') }}
        and d.submission_date <= {{ add_days("date '" ~ lock.experiment.last_enrollment_date ~ "'", 'w.analysis_window_end') }}
    group by 1, 2, 3, 4
),

{{ name }}_window_parts as (
    select * from {{ name }}_window_days
    union all
    -- a window without telemetry sees one empty telemetry row
    select
        e.analysis_id,
        e.branch,
        e.analysis_basis,
        e.window_index
        {%- for part in source.parts %},
        d.{{ part.name }}
        {%- endfor %}
    from unit_windows as e
    inner join {{ client_days }} as d
        on d.analysis_id = e.analysis_id
        and d.branch = e.branch
        and d.submission_date is null
    left join {{ name }}_window_days as seen
        on seen.analysis_id = e.analysis_id
        and seen.branch = e.branch
        and seen.analysis_basis = e.analysis_basis
        and seen.window_index = e.window_index
    where seen.analysis_id is null
),

{{ name }} as (
    select
        p.analysis_id,
        p.branch,
        p.analysis_basis,
        p.window_index
        {%- for metric in source.daily_metrics %},
        {{ fragment(metric.sql) }} as {{ metric.name }}
        {%- endfor %}
    from {{ name }}_window_parts as p
    {%- if reads_enrollments %}
    inner join unit_windows as e
        on e.analysis_id = p.analysis_id
        and e.branch = p.branch
        and e.analysis_basis = p.analysis_basis
        and e.window_index = p.window_index
    {%- endif %}
)
{%- endmacro %}
