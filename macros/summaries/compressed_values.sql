{#- CTEs that keep few distinct values as they are and join neighbours where there are many.

    Reads `clipped_values`. Both tails stay exact: that is where a single value can move an interval.
-#}
{% macro compressed_values() -%}
{%- set keys = 'analysis_period, window_index, analysis_basis, segment, metric, statistic, branch' -%}
numbered_values as (
    select
        *,
        row_number() over (partition by {{ keys }} order by value) as value_number,
        count(*) over (partition by {{ keys }}) as distinct_values,
        sum(units) over (partition by {{ keys }} order by value) as units_up_to,
        sum(units) over (partition by {{ keys }}) as branch_units
    from clipped_values
),

grouped_values as (
    select
        *,
        case
            when distinct_values <= 2000 or value_number <= 256 then value_number
            when value_number > distinct_values - 256 then value_number
            -- negative, so that no group shares its number with a single value
            else -1 - floor((units_up_to - units) * 1500 / branch_units)
        end as value_group
    from numbered_values
),

compressed_values as (
    select
        {{ keys }},
        cast(null as {{ dbt.type_string() }}) as moment,
        case
            when count(*) = 1 then min(value)
            else sum(value * units) / sum(units)
        end as value,
        cast(sum(units) as {{ integer_type() }}) as units
    from grouped_values
    group by {{ keys }}, value_group
)
{%- endmacro %}
