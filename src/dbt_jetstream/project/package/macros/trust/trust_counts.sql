{#- What the trust checks of an experiment need to know of its units: counts, never a unit.

    Each table is read once: of client days only who was heard of, and when last.

    Args: enrollments (relation), client_days (dict of relations by data source), metrics (dict of
        relations by period)
-#}
{% macro trust_counts(enrollments, client_days, metrics) %}
{%- if execute -%}
{%- set lock = dbt_jetstream.definition() -%}
{%- set days = {} -%}
{%- for source, relation in client_days.items() if load_relation(relation) -%}
    {#- a source that failed in this run is left out, and may never have been built -#}
    {%- do days.update({source: relation}) -%}
{%- endfor -%}
{%- set checks = dbt_jetstream.sanity_columns(lock, metrics, client_days, days) -%}
{%- set windows = dbt_jetstream.sanity_windows(checks, lock, metrics) -%}
with

enrolled_units as {{ dbt_jetstream.stored() }} (
    select
        analysis_id,
        branch,
        enrollment_date,
        exposure_date
    from {{ enrollments }}
    where
        analysis_id is not null
        and branch is not null
),

branches_of_units as (
    select
        analysis_id,
        count(distinct branch) as branches
    from enrolled_units
    group by analysis_id
)
{%- if days %},

{{ dbt_jetstream.units_with_telemetry(days, windows, lock.experiment) }},

{{ dbt_jetstream.units_missing_telemetry(days) }}
{%- endif %}
{%- for period, window in windows.items() %},

{{ dbt_jetstream.sanity_of_period(period, checks[period], metrics[period], window, days | list) }}
{%- endfor %}

{{ dbt_jetstream.trust_count('sample_ratio', 'enrolled_units', {
    'analysis_basis': "'enrollments'",
    'day': 'enrollment_date',
    'branch': 'branch',
    'units': 'count(*)',
}, ['enrollment_date', 'branch'], lock) }}
union all
{{ dbt_jetstream.trust_count('sample_ratio', 'enrolled_units', {
    'analysis_basis': "'exposures'",
    'day': 'exposure_date',
    'branch': 'branch',
    'units': 'count(*)',
}, ['exposure_date', 'branch'], lock, 'exposure_date is not null') }}
union all
{{ dbt_jetstream.trust_count('several_branches', 'branches_of_units', {
    'units': 'count(*)',
    'found': 'cast(sum(case when branches > 1 then 1 else 0 end) as ' ~ dbt_jetstream.integer_type() ~ ')',
}, [], lock) }}
{%- if days %}
union all
{{ dbt_jetstream.trust_count('missing_telemetry', 'missing_telemetry', {
    'data_source': "nullif(data_source, '')",
    'branch': 'branch',
    'units': 'units',
    'found': 'found',
}, [], lock) }}
{%- endif %}
{%- for period in windows %}
{%- set rows = [] -%}
{%- for column in checks[period] -%}
    {%- set unknown = 'cast(null as ' ~ dbt_jetstream.integer_type() ~ ')' -%}
    {%- do rows.append([
        dbt_jetstream.text_literal(column.data_source),
        dbt_jetstream.text_literal(column.metric),
        'units_' ~ loop.index if column.is_known else unknown,
        'found_' ~ loop.index if column.is_known else unknown,
    ]) -%}
{%- endfor %}
union all
{{ dbt_jetstream.trust_count('sanity', dbt_jetstream.crossed_with_rows('sanity_' ~ period, ['data_source', 'metric', 'units', 'found'], rows), {
    'analysis_period': dbt_jetstream.text_literal(period),
    'window_index': 'window_index',
    'data_source': 'crossed.data_source',
    'metric': 'crossed.metric',
    'branch': 'branch',
    'units': 'crossed.units',
    'found': 'crossed.found',
}, [], lock) }}
{%- endfor %}
{%- endif -%}
{% endmacro %}
