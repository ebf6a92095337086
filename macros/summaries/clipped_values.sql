{#- CTEs that clip values at their branch's quantile 1 - drop_highest, interpolated between two units.

    Reads `value_counts`. A drop_highest of 0 clips at the highest value, which changes nothing.
-#}
{% macro clipped_values() -%}
{%- set keys = 'analysis_period, window_index, analysis_basis, segment, metric, statistic, branch' -%}
ranked_values as (
    select
        *,
        sum(units) over (partition by {{ keys }} order by value) as units_up_to,
        (sum(units) over (partition by {{ keys }}) - 1) * (1 - drop_highest) as clipped_rank
    from value_counts
),

thresholds as (
    select
        {{ keys }},
        min(case when units_up_to > floor(clipped_rank) then value end) as lower_value,
        min(case when units_up_to > ceil(clipped_rank) then value end) as upper_value,
        min(clipped_rank - floor(clipped_rank)) as share
    from ranked_values
    group by {{ keys }}
),

clipped_values as (
    select
        {{ keys }},
        case
            when v.value <= t.lower_value or t.lower_value = t.upper_value then least(v.value, t.lower_value)
            else least(v.value, t.lower_value + t.share * (t.upper_value - t.lower_value))
        end as value,
        sum(v.units) as units
    from ranked_values as v
    inner join thresholds as t
        using ({{ keys }})
    group by 1, 2, 3, 4, 5, 6, 7, 8
)
{%- endmacro %}
