{#- The rows of a completeness grid. Which windows are due, and how far telemetry
    has been read, is decided now, all else when it is read.

    Args: lock (dict, of the completeness node), tables (dict of relations, none where one is absent:
        enrollments, bins, statistics, logs, and dicts of metrics by period, client_days by data source; `late`,
        see `late_telemetry`)
-#}
{% macro completeness_query(lock, tables) -%}
{%- set end_date = dbt_jetstream.parse_date(lock.experiment.end_date) -%}
{#- enrollments may wait for telemetry: for four weeks nobody can say that no one enrolled -#}
{%- set is_over = end_date is not none and dbt_jetstream.as_of() >= end_date + dbt_jetstream.days(28) -%}
{%- set window = ['analysis_period', 'window_index'] -%}
{%- set statistic = window + ['analysis_basis', 'segment', 'metric', 'statistic'] -%}
{#- what is known of each cell, by the columns that it is known for -#}
{%- set joined = {
    'computed': window,
    'binned': window,
    'late_windows': window,
    'period_failures': ['analysis_period'],
    'absent_cells': window + ['analysis_basis', 'metric', 'statistic'],
    'absent_segments': window + ['segment'],
    'late_cells': window + ['analysis_basis', 'metric', 'statistic'],
    'valued': statistic + ['branch'],
    'results': statistic + ['branch'],
    'notes': statistic,
} -%}
with

{{ dbt_jetstream.grid_cells(lock) }},

{{ dbt_jetstream.grid_evidence(lock, tables) }},

{{ dbt_jetstream.grid_failures(lock, tables) }},

judged as (
    select
        cells.*,
        notes.problem,
        coalesce(absent_segments.reason, absent_cells.reason) as absence,
        late_windows.reason as lateness,
        late_cells.waiting,
        late_cells.shortage,
        period_failures.reason as period_failure,
        any_failure.reason as failure,
        enrolled.units as enrolled_units,
        case
            when results.has_point = 1 then 'published'
            when cells.undue_state is not null then cells.undue_state
            when absent_segments.reason is not null or absent_cells.reason is not null then 'failed'
            when late_cells.waiting is not null then 'not due'
            when notes.problem like 'no result:%' then 'failed'
            when results.has_point = 0 or notes.problem is not null then 'undefined'
            when computed.window_index is null and period_failures.reason is not null then 'failed'
            when enrolled.units = 0 then '{{ 'no data' if is_over else 'not due' }}'
            when binned.window_index is null and computed.window_index is not null and any_failure.reason is not null then 'failed'
            when binned.window_index is null and late_windows.reason is not null then 'not due'
            when computed.has_units = 0 then 'no data'
            when binned.window_index is null then 'failed'
            when valued.branches is null then 'no data'
            when cells.only_compares and valued.branches < 2 then 'no data'
            else 'failed'
        end as state
    from cells
    cross join enrolled
    cross join any_failure
    {%- for evidence, columns in joined.items() %}
    left join {{ evidence }}
        {%- for column in columns %}
        {{ 'on' if loop.first else 'and' }} {{ evidence }}.{{ column }} = cells.{{ column }}
        {%- endfor %}
    {%- endfor %}
)

select
    judged.analysis_period,
    judged.window_index,
    judged.analysis_basis,
    judged.segment,
    judged.metric,
    judged.statistic,
    judged.branch,
    judged.state,
    case
        when judged.state = 'published'
            then coalesce(judged.problem || '; ' || judged.shortage, judged.problem, judged.shortage)
        when judged.state = judged.undue_state then judged.undue_reason
        when judged.state = 'undefined' then coalesce(judged.problem, 'the values of the units leave it undefined')
        -- a failure without a reason is a silent loss
        when judged.state = 'failed'
            then coalesce(judged.absence, judged.problem, judged.period_failure, judged.failure)
        when judged.enrolled_units = 0
            then {{ dbt_jetstream.text_literal(tables.late.enrollments or 'no unit has enrolled, as far as telemetry has arrived') }}
        when judged.state = 'not due' then coalesce(judged.waiting, judged.lateness)
        else coalesce(judged.shortage, 'no unit of the branch, basis and segment has what it is computed from')
    end as reason
from judged
{%- endmacro %}
