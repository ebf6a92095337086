{#- What units are counted by in each of their segments: a group, by its number on DuckDB, by its names on BigQuery.

    See `populations`. -#}

{#- The names that make a group. -#}
{% macro group_names() -%}
analysis_period, window_index, analysis_basis, segment, branch
{%- endmacro %}

{#- The columns that units are grouped by. -#}
{% macro group_keys() -%}
    {{- adapter.dispatch('group_keys', 'dbt_jetstream')() -}}
{%- endmacro %}

{% macro duckdb__group_keys() -%}
group_id
{%- endmacro %}

{% macro bigquery__group_keys() -%}
{{ dbt_jetstream.group_names() }}
{%- endmacro %}

{#- A subquery: the rows of a CTE of unit values, once for each segment that they belong to, with `group_keys`.

    Args: values (str, a CTE with `unit_keys`), lock (dict)
-#}
{% macro in_groups(values, lock) -%}
    {{- adapter.dispatch('in_groups', 'dbt_jetstream')(values, lock) -}}
{%- endmacro %}

{% macro duckdb__in_groups(values, lock) -%}
(
    select v.*, g.group_id
    from {{ values }} as v
    inner join (
        select population, segment, group_id
        from groups_of_populations
    ) as g
        on g.population = v.population{{ ' and ' ~ dbt_jetstream.own_segment_only('g', 'v') if dbt_jetstream.has_censored(lock) }}
) as grouped_values
{%- endmacro %}

{% macro bigquery__in_groups(values, lock) -%}
(
    select *
    from {{ values }} as v
    cross join {{ dbt_jetstream.segments(lock) }}
    where
        ({{ dbt_jetstream.in_segment(lock) }})
        {%- if dbt_jetstream.has_censored(lock) %}
        and {{ dbt_jetstream.own_segment_only(none, 'v') }}
        {%- endif %}
) as grouped_values
{%- endmacro %}

{#- A subquery: the rows of a CTE of unit values, each with the rows about its groups that another CTE has.

    Args: values (str, a CTE with `unit_keys`), about (str, a CTE with `group_names`), columns (list, what both
        have besides), lock (dict)
-#}
{% macro with_rows_about_groups(values, about, columns, lock) -%}
    {{- adapter.dispatch('with_rows_about_groups', 'dbt_jetstream')(values, about, columns, lock) -}}
{%- endmacro %}

{% macro duckdb__with_rows_about_groups(values, about, columns, lock) -%}
(
    select v.* exclude (population), b.* exclude ({{ columns | join(', ') }})
    from {{ values }} as v
    inner join (
        select population, segment, group_id
        from groups_of_populations
    ) as g
        on g.population = v.population
        {%- if dbt_jetstream.has_censored(lock) %} and {{ dbt_jetstream.own_segment_only('g', 'v') }}{% endif %}
    inner join (
        select a.*, u.group_id
        from {{ about }} as a
        inner join unit_groups as u
            using ({{ dbt_jetstream.group_names() }})
    ) as b
        on b.group_id = g.group_id
        {%- for column in columns %} and b.{{ column }} = v.{{ column }}{% endfor %}
) as described_values
{%- endmacro %}

{% macro bigquery__with_rows_about_groups(values, about, columns, lock) -%}
(
    select *
    from {{ values }} as v
    inner join {{ about }} as a
        using ({{ (['analysis_period', 'window_index', 'analysis_basis', 'branch'] + columns) | join(', ') }})
    where
        ({{ dbt_jetstream.in_segment(lock) }})
        {%- if dbt_jetstream.has_censored(lock) %}
        and {{ dbt_jetstream.own_segment_only(none, 'v') }}
        {%- endif %}
) as described_values
{%- endmacro %}

{#- A subquery: the rows of a CTE, with the names of their groups.

    Args: counted (str, a CTE with `group_keys`)
-#}
{% macro with_group_names(counted) -%}
    {{- adapter.dispatch('with_group_names', 'dbt_jetstream')(counted) -}}
{%- endmacro %}

{% macro duckdb__with_group_names(counted) -%}
(
    select *
    from {{ counted }}
    inner join unit_groups
        using (group_id)
) as named_groups
{%- endmacro %}

{% macro bigquery__with_group_names(counted) -%}
{{ counted }}
{%- endmacro %}

{#- Values that depend on a quantile belong to the segment that it is of. -#}
{% macro own_segment_only(groups, values) -%}
({{ values }}.own_segment is null or {{ groups ~ '.' if groups }}segment = {{ values }}.own_segment)
{%- endmacro %}

{#- The segments as a table to cross join with. -#}
{% macro segments(lock) -%}
{{ dbt_jetstream.unnested("['" ~ ((['all'] + lock.segments) | join("', '")) ~ "']", 'segment') }}
{%- endmacro %}

{#- Whether a unit belongs to a segment, by its own columns, or by those of a table. -#}
{% macro in_segment(lock, table=none) -%}
segment = 'all'
    {%- for segment in lock.segments %} or (segment = '{{ segment }}' and {{ table ~ '.' if table }}{{ segment }}){% endfor %}
{%- endmacro %}
