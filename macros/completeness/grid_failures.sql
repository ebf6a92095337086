{#- CTEs of why there is no result: `late_windows`, `late_cells`, `absent_cells`, `period_failures`, `any_failure`.

    Args: lock (dict, of the completeness node), tables (dict, see `completeness_query`)
-#}
{% macro grid_failures(lock, tables) -%}
{%- set text = ['experiment', 'metric', 'statistic', 'log_level', 'func_name', 'message'] -%}
{%- set string = dbt.type_string() -%}
{%- set upstream, sources, read = [], [], [] -%}
{%- for period, described in lock.periods.items() -%}
    {%- for node in described.upstream -%}
        {%- do upstream.append([period, node]) -%}
    {%- endfor -%}
{%- endfor -%}
{%- for statistic in lock.statistics -%}
    {%- for source in statistic.sources -%}
        {%- do sources.append([statistic.metric, statistic.statistic, source, 'its data source ' ~ source]) -%}
        {%- for basis in statistic.bases -%}
            {%- do read.append([statistic.metric, statistic.statistic, basis, source]) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for metric in statistic.metrics -%}
        {%- do sources.append([statistic.metric, statistic.statistic, 'metric ' ~ metric, 'metric ' ~ metric]) -%}
    {%- endfor -%}
    {%- if 'exposures' in statistic.bases -%}
        {%- do read.append([statistic.metric, statistic.statistic, 'exposures', exposure_signal_name()]) -%}
    {%- endif -%}
{%- endfor -%}
{{ late_windows(lock, tables.client_days) }},

{{ late_sources_of_windows(lock, tables.late.windows) }},

late_cells as (
    select
        late.analysis_period,
        late.window_index,
        cells_read.analysis_basis,
        cells_read.metric,
        cells_read.statistic,
        string_agg(distinct late.waiting, '; ' order by late.waiting) as waiting,
        string_agg(distinct late.shortage, '; ' order by late.shortage) as shortage
    from late_sources_of_windows as late
    inner join {{ typed_rows('cells_read', dict.fromkeys(['metric', 'statistic', 'analysis_basis', 'data_source'], string), read) | indent(4) }}
        on cells_read.data_source = late.data_source
    group by
        late.analysis_period,
        late.window_index,
        cells_read.analysis_basis,
        cells_read.metric,
        cells_read.statistic
),

failures as (
    select
        metric,
        func_name,
        min(substr(message, 1, 500)) as message
    from {{ tables.logs or nothing(text) | indent(4) }}
    where
        experiment = {{ text_literal(lock.experiment.slug) }}
        and log_level = 'ERROR'
        and statistic is null
    group by metric, func_name
),

-- a failed node leaves the windows of a period uncomputed if it is upstream of its metrics
period_failures as (
    select
        upstream.analysis_period,
        min(failures.func_name || ': ' || failures.message) as reason
    from {{ typed_rows('upstream', dict.fromkeys(['analysis_period', 'node'], string), upstream) | indent(4) }}
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
            {{ text_literal(node) }}{{ ',' if not loop.last }}
            {%- endfor %}
        )
),

absent_cells as (
    select
        computed.analysis_period,
        computed.window_index,
        sources.metric,
        sources.statistic,
        min(coalesce(
            failures.message,
            concat('the window was computed without ', sources.named)
        )) as reason
    from computed
    inner join {{ typed_rows('sources', dict.fromkeys(['metric', 'statistic', 'data_source', 'named'], string), sources) | indent(4) }}
        on replace(
            concat(',', computed.absent_sources, ','),
            concat(',', sources.data_source, ','),
            ''
        ) != concat(',', computed.absent_sources, ',')
    left join failures
        on failures.metric = sources.metric
        and failures.func_name = sources.data_source
    left join late_sources_of_windows as late
        on late.analysis_period = computed.analysis_period
        and late.window_index = computed.window_index
        and late.data_source = sources.data_source
    where late.waiting is null
    group by computed.analysis_period, computed.window_index, sources.metric, sources.statistic
)
{%- endmacro %}
