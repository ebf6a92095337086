{#- CTEs of why there is no result: `late_windows`, `late_cells`, `absent_cells`, `absent_segments`,
    `period_failures`, `any_failure`.

    Args: lock (dict, of the completeness node), tables (dict, see `completeness_query`)
-#}
{% macro grid_failures(lock, tables) -%}
{%- set text = ['experiment', 'metric', 'statistic', 'log_level', 'func_name', 'message'] -%}
{%- set string = dbt.type_string() -%}
{%- set signal = dbt_jetstream.text_literal(dbt_jetstream.exposure_signal_name()) -%}
{%- set upstream, read = [], [] -%}
{%- for period, described in lock.periods.items() -%}
    {%- for node in described.upstream -%}
        {%- do upstream.append([period, node]) -%}
    {%- endfor -%}
{%- endfor -%}
{%- for statistic in lock.statistics -%}
    {%- for source in statistic.sources -%}
        {%- do read.append([statistic.metric, statistic.statistic, source]) -%}
    {%- endfor -%}
    {%- for metric in statistic.metrics -%}
        {%- do read.append([statistic.metric, statistic.statistic, 'metric ' ~ metric]) -%}
    {%- endfor -%}
    {%- if 'exposures' in statistic.bases -%}
        {%- do read.append([statistic.metric, statistic.statistic, dbt_jetstream.exposure_signal_name()]) -%}
    {%- endif -%}
{%- endfor -%}
{{ dbt_jetstream.late_windows(lock, tables.client_days) }},

{{ dbt_jetstream.late_sources_of_windows(lock, tables.late.windows) }},

-- the data sources that a statistic reads, and the metrics that may have failed alone
read as (
    select *
    from {{ dbt_jetstream.typed_rows('given', dict.fromkeys(['metric', 'statistic', 'data_source'], string), read) | indent(4) }}
),

analysis_bases as (
    select analysis_basis
    from {{ dbt_jetstream.literal_rows('named', ['analysis_basis'], [['enrollments'], ['exposures']]) | indent(4) }}
),

late_cells as (
    select
        late.analysis_period,
        late.window_index,
        analysis_bases.analysis_basis,
        read.metric,
        read.statistic,
        string_agg(distinct late.waiting, '; ' order by late.waiting) as waiting,
        string_agg(distinct late.shortage, '; ' order by late.shortage) as shortage
    from late_sources_of_windows as late
    inner join read
        on read.data_source = late.data_source
    cross join analysis_bases
    where
        late.data_source != {{ signal }}
        or analysis_bases.analysis_basis = 'exposures'
    group by
        late.analysis_period,
        late.window_index,
        analysis_bases.analysis_basis,
        read.metric,
        read.statistic
),

failures as (
    select
        metric,
        func_name,
        min(substr(message, 1, 500)) as message
    from {{ tables.logs or dbt_jetstream.nothing(text) | indent(4) }}
    where
        experiment = {{ dbt_jetstream.text_literal(lock.experiment.slug) }}
        and log_level = 'ERROR'
        and statistic is null
    group by metric, func_name
),

-- a failed node leaves the windows of a period uncomputed if it is upstream of its metrics
period_failures as (
    select
        upstream.analysis_period,
        min(failures.func_name || ': ' || failures.message) as reason
    from {{ dbt_jetstream.typed_rows('upstream', dict.fromkeys(['analysis_period', 'node'], string), upstream) | indent(4) }}
    inner join failures
        on failures.func_name = upstream.node
        and failures.metric is null
    group by upstream.analysis_period
),

-- what is computed from all periods at once fails with any of them
any_failure as (
    select min(func_name || ': ' || message) as reason
    from failures
    where
        metric is null
        and func_name in (
            {%- for node in lock.nodes %}
            {{ dbt_jetstream.text_literal(node) }}{{ ',' if not loop.last }}
            {%- endfor %}
        )
),

absent_cells as (
    select
        computed.analysis_period,
        computed.window_index,
        analysis_bases.analysis_basis,
        read.metric,
        read.statistic,
        min(coalesce(
            failures.message,
            concat(
                'the window was computed without ',
                case
                    when read.data_source like 'metric %' or read.data_source = {{ signal }} then ''
                    else 'its data source '
                end,
                read.data_source
            )
        )) as reason
    from computed
    inner join read
        on replace(
            concat(',', computed.absent_sources, ','),
            concat(',', read.data_source, ','),
            ''
        ) != concat(',', computed.absent_sources, ',')
    cross join analysis_bases
    left join failures
        on failures.metric = read.metric
        and failures.func_name = read.data_source
    left join late_sources_of_windows as late
        on late.analysis_period = computed.analysis_period
        and late.window_index = computed.window_index
        and late.data_source = read.data_source
    where
        late.waiting is null
        and (read.data_source != {{ signal }} or analysis_bases.analysis_basis = 'exposures')
    group by
        computed.analysis_period,
        computed.window_index,
        analysis_bases.analysis_basis,
        read.metric,
        read.statistic
),

absent_segments as (
    select
        of_windows.analysis_period,
        of_windows.window_index,
        of_windows.segment,
        coalesce(failures.message, concat('the window was computed without segment ', of_windows.segment)) as reason
    from (
        select distinct
            cells.analysis_period,
            cells.window_index,
            cells.segment,
            concat(',', computed.absent_sources, ',') as absent
        from cells
        inner join computed
            on computed.analysis_period = cells.analysis_period
            and computed.window_index = cells.window_index
    ) as of_windows
    left join failures
        on failures.func_name = concat('segment ', of_windows.segment)
        and failures.metric is null
    where replace(of_windows.absent, concat(',segment ', of_windows.segment, ','), '') != of_windows.absent
)
{%- endmacro %}
