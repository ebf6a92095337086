{#- A CTE with the value at which a group of units is clipped: its quantile 1 - drop_highest.

    The quantile is that of the units' values, interpolated between two of them. Where all branches
    are clipped at one value and the values are integers, so is it.

    Args: name (str, of the CTE), keys (str, what makes a group), prefix (str, of the bins' columns about
        the group: `` or `pooled_`)
-#}
{% macro clips(name, keys, prefix) -%}
{%- set units = 'pooled_units' if prefix else 'branch_units' -%}
{%- set lowest = 'pooled_lowest' if prefix else 'branch_lowest' -%}
{%- set between = 'lower_value + (clipped_rank - floor(clipped_rank)) * (upper_value - lower_value)' -%}
{{ name }}_units as (
    select
        {{ keys }},
        {{ units }} as all_units,
        {{ lowest }} as lowest,
        {{ prefix }}clipped_rank as clipped_rank,
        is_integer,
        min({{ prefix }}first_rank) over (partition by {{ keys }}) as first_rank,
        held_value as value,
        held_units as units
    from (
        select b.*, r.value as held_value, 1 as held_units
        from placed_bins as b
        inner join reread_units as r
            using (bin_id)
        where b.is_reread and b.holds_{{ prefix }}clip
        union all
        select b.*, b.value as held_value, b.units as held_units
        from placed_bins as b
        where not b.is_reread and b.holds_{{ prefix }}clip
    ) as held
),

{{ name }} as {{ stored() }} (
    select
        {{ keys }},
        all_units,
        lowest,
        case
            when lower_value = upper_value then lower_value
            {%- if prefix %}
            when is_integer then ceil({{ between }})
            {%- endif %}
            else {{ between }}
        end as highest
    from (
        select
            {{ keys }},
            all_units,
            lowest,
            clipped_rank,
            is_integer,
            min(case when up_to > floor(clipped_rank) then value end) as lower_value,
            min(case when up_to > ceil(clipped_rank) then value end) as upper_value
        from (
            select *, first_rank + sum(units) over (partition by {{ keys }} order by value) as up_to
            from {{ name }}_units
        ) as ranked
        group by {{ keys }}, all_units, lowest, clipped_rank, is_integer
    ) as found
)
{%- endmacro %}
