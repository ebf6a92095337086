{#- CTEs that end in `late_windows`: windows that are due by date, but whose telemetry had not all been read before.

    After `analysis_windows`. They matter where a window has not been computed at all, as in a run of the grid
    alone. Of telemetry that is read anew for each window nothing is kept that says how far it has come: there
    a window that has not been computed counts as late.

    Args: lock (dict, of the completeness node), client_days (dict of relations by data source; none
        where one is absent)
-#}
{% macro late_windows(lock, client_days) -%}
{%- set text = dbt.type_string() -%}
{%- set read, adjusted, not_known = [], [], [] -%}
{%- set arrived = [] -%}
{%- for source, day in dbt_jetstream.arrivals(client_days) -%}
    {%- set tables = (lock.source_tables or {}).get(source, source) -%}
    {%- set words = tables ~ (' has been read until ' ~ day if day else ' has not been read') -%}
    {%- do arrived.append([source, day, words]) -%}
{%- endfor -%}
{%- for period, described in lock.periods.items() -%}
    {%- for source in described.daily_sources + described.not_known -%}
        {%- do read.append([period, source]) -%}
    {%- endfor -%}
    {%- for source in described.not_known if [source, none, none] not in not_known -%}
        {%- do not_known.append([source, none, none]) -%}
    {%- endfor -%}
{%- endfor -%}
{%- for statistic in lock.statistics -%}
    {%- for period in statistic.periods if not period.startswith('preenrollment') -%}
        {%- for earlier in statistic.waits_for if [period, earlier] not in adjusted -%}
            {%- do adjusted.append([period, earlier]) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endfor -%}
arrivals as (
    select
        data_source,
        last_day,
        words
    from {{ dbt_jetstream.typed_rows('arrived', dict.fromkeys(['data_source', 'last_day', 'words'], text), arrived + not_known) | indent(4) }}
),

waiting_windows as (
    select
        analysis_windows.analysis_period,
        analysis_windows.window_index,
        coalesce(
            concat(
                'waiting for telemetry until ',
                max(analysis_windows.needs_day),
                ': ',
                string_agg(distinct arrivals.words, ', ' order by arrivals.words)
            ),
            'not computed yet'
        ) as reason
    from analysis_windows
    inner join {{ dbt_jetstream.typed_rows('sources_read', dict.fromkeys(['analysis_period', 'data_source'], text), read) | indent(4) }}
        on sources_read.analysis_period = analysis_windows.analysis_period
    inner join arrivals
        on arrivals.data_source = sources_read.data_source
        and (arrivals.last_day is null or arrivals.last_day < analysis_windows.needs_day)
    where analysis_windows.undue_state is null
    group by analysis_windows.analysis_period, analysis_windows.window_index
),

-- what is adjusted by the metrics of an earlier period waits for that period too
late_windows as (
    select
        analysis_period,
        window_index,
        min(reason) as reason
    from (
        select
            analysis_period,
            window_index,
            reason
        from waiting_windows
        union all
        select
            analysis_windows.analysis_period,
            analysis_windows.window_index,
            waiting_windows.reason
        from analysis_windows
        inner join {{ dbt_jetstream.typed_rows('adjusted', dict.fromkeys(['analysis_period', 'earlier_period'], text), adjusted) | indent(8) }}
            on adjusted.analysis_period = analysis_windows.analysis_period
        inner join waiting_windows
            on waiting_windows.analysis_period = adjusted.earlier_period
        where analysis_windows.undue_state is null
    ) as reasons
    group by analysis_period, window_index
)
{%- endmacro %}
