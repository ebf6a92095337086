{#- The CTEs that number what units are counted by, with the comma after them; nothing on BigQuery.

    `populations` has a number for each (period, window, basis, branch, whether it is in each segment) that
    units have, `groups_of_populations` the group of each population in each of its segments, and
    `unit_groups` what a group is: (period, window, basis, segment, branch).

    Reads: the metrics tables.
    Args: lock (dict), metrics (dict of relations by period), missing (dict of windows by period)
-#}
{% macro populations(lock, metrics, missing) -%}
    {{- adapter.dispatch('populations', 'dbt_jetstream')(lock, metrics, missing) -}}
{%- endmacro %}

{% macro bigquery__populations(lock, metrics, missing) -%}
{%- endmacro %}

{% macro duckdb__populations(lock, metrics, missing) -%}
populations as materialized (
    select
        *,
        -- units that their basis does not hold have no population
        true as is_counted,
        row_number() over () as population
    from (
        {%- for period in missing or metrics %}
        select distinct
            {{ dbt_jetstream.named_keys(period, lock) | indent(12) }}
        from {{ metrics[period] }} as m
        where
            {{ dbt_jetstream.counted_units(period, missing) | indent(12) }}
            {%- if not loop.last %}
        union all
            {%- endif %}
        {%- endfor %}
    ) as found
),

groups_of_populations as materialized (
    select
        *,
        dense_rank() over (order by {{ dbt_jetstream.group_names() }}) as group_id
    from populations
    cross join {{ dbt_jetstream.segments(lock) }}
    where {{ dbt_jetstream.in_segment(lock) }}
),

unit_groups as (
    select distinct group_id, {{ dbt_jetstream.group_names() }}
    from groups_of_populations
),

{% endmacro %}

{#- Whether units are counted by a number: see `unit_keys`. -#}
{% macro numbers_populations() -%}
    {{- return(target.type == 'duckdb') -}}
{%- endmacro %}

{#- Whether a row of a metrics table, `m`, is of a new window and of its basis. -#}
{% macro counted_units(period, missing) -%}
m.window_index in ({{ missing.get(period, []) | map(attribute='index') | join(', ') or 'null' }})
and (m.analysis_basis = 'enrollments' or m.exposure_date is not null)
and m.branch is not null
{%- endmacro %}
