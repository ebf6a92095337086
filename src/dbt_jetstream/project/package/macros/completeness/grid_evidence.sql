{#- CTEs of what the tables hold: `enrolled`, `computed`, `binned`, `valued`, `results` and `notes`.

    Args: lock (dict, of the completeness node), tables (dict, see `completeness_query`)
-#}
{% macro grid_evidence(lock, tables) -%}
{%- set cell = 'analysis_period, window_index, analysis_basis, segment, metric' -%}
{%- set needed = [] -%}
{%- set needed_columns = dict.fromkeys(['metric', 'statistic', 'series'], dbt.type_string()) -%}
{%- do needed_columns.update(series_needed=dbt_jetstream.integer_type()) -%}
{%- for statistic in lock.statistics -%}
    {%- for series in statistic.series -%}
        {%- do needed.append([statistic.metric, statistic.statistic, series, statistic.series | length]) -%}
    {%- endfor -%}
{%- endfor -%}
enrolled as (
    {%- if tables.enrollments %}
    select count(*) as units
    from {{ tables.enrollments }}
    {%- else %}
    select cast(null as {{ dbt_jetstream.integer_type() }}) as units
    {%- endif %}
),

{{ dbt_jetstream.computed_windows(tables.metrics) }},

binned as (
    select distinct analysis_period, window_index
    from {{ tables.bins or dbt_jetstream.nothing(['analysis_period'], ['window_index']) | indent(4) }}
),

-- of each statistic, the branches of which a unit has each value that it is computed from
valued as (
    select
        *,
        count(*) over (partition by {{ cell }}, statistic) as branches
    from (
        select
            {{ cell | replace('metric', 'found.metric') }},
            needed.statistic,
            found.branch
        from (
            select
                {{ cell }},
                series,
                branch
            from {{ tables.bins or dbt_jetstream.nothing(cell.split(', ') + ['series', 'branch'], ['window_index']) | indent(12) }}
            group by {{ cell }}, series, branch
        ) as found
        inner join {{ dbt_jetstream.typed_rows('needed', needed_columns, needed) | indent(8) }}
            on needed.metric = found.metric
            and needed.series = found.series
        group by {{ cell | replace('metric', 'found.metric') }}, needed.statistic, found.branch
        having count(*) = max(needed.series_needed)
    ) as branches_with_values
),

results as (
    select
        {{ cell }},
        statistic,
        branch,
        max(case when point is not null then 1 else 0 end) as has_point
    from {{ tables.statistics or dbt_jetstream.nothing(cell.split(', ') + ['statistic', 'branch', 'problem'], ['window_index', 'point']) | indent(4) }}
    where problem is null
    group by {{ cell }}, statistic, branch
),

notes as (
    select
        {{ cell }},
        statistic,
        max(problem) as problem
    from {{ tables.statistics or dbt_jetstream.nothing(cell.split(', ') + ['statistic', 'problem'], ['window_index']) | indent(4) }}
    where problem is not null
    group by {{ cell }}, statistic
)
{%- endmacro %}
