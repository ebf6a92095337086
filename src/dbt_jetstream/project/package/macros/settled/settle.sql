{#- Statements after a run that built all of an experiment: it is settled, if nothing can become due until a day.

    Then every window that is due has its statistics, from all its data sources, and no declared result
    is missing without a reason.

    Args: grid (dict of dbt's graph: the completeness node), tables (dict, see `completeness_query`),
        inputs (str: what a later run compares its own inputs with)
-#}
{% macro settle(grid, tables, inputs) -%}
{%- set lock = dbt_jetstream.definition_of(grid) -%}
{%- set until = dbt_jetstream.settled_until(lock, tables.client_days) -%}
{%- if until -%}
{%- set settled = dbt_jetstream.settled_relation() -%}
{%- set due = [] -%}
{%- for period, window, undue_state, _, _ in dbt_jetstream.grid_windows(lock) if undue_state is none -%}
    {%- do due.append([period, window]) -%}
{%- endfor -%}
create table if not exists {{ settled }} (
    experiment {{ dbt.type_string() }},
    inputs {{ dbt.type_string() }},
    first_day date,
    last_day date
);
insert into {{ settled }} (experiment, inputs, first_day, last_day)
select
    {{ dbt_jetstream.text_literal(lock.experiment.slug) }} as experiment,
    {{ dbt_jetstream.text_literal(inputs) }} as inputs,
    date '{{ dbt_jetstream.as_of() }}' as first_day,
    date '{{ until }}' as last_day
from (select 1 as one) as nothing
where
    not exists (
        select 1
        from {{ api.Relation.create(grid.database, grid.schema, grid.alias) }} as grid
        where
            grid.state = 'failed'
            and grid.reason is null
    )
    {%- if due %}
    and {{ due | length }} = (
        select count(*)
        from (
            select distinct
                results.analysis_period,
                results.window_index
            from {{ tables.statistics }} as results
            inner join {{ dbt_jetstream.literal_rows('due', ['analysis_period', 'window_index'], due) | indent(12) }}
                on due.analysis_period = results.analysis_period
                and due.window_index = results.window_index
            where results.absent_sources = ''
        ) as windows
    )
    {%- endif %};
{%- endif -%}
{%- endmacro %}
