{#- A CTE with the value at which units are clipped: their quantile 1 - drop_highest.

    The quantile is that of the units' values, interpolated between two of them: pieces end there. Where all
    branches are clipped at one value and the values are integers, so is it.

    Reads: new_pieces. Makes: a CTE (series_cell, branch, all_units, lowest, highest), whose branch is '' where
    it is of all branches.
    Args: name (str, of the CTE), is_pooled (bool, whether all branches are clipped at one value)
-#}
{% macro clips(name, is_pooled) -%}
{%- set cell = dbt_jetstream.series_cell() -%}
{%- set drop = 'pooled_drop_highest' if is_pooled else 'drop_highest' -%}
{%- set is_below = 'is_below_pooled_clip' if is_pooled else 'is_below_clip' -%}
{%- set between = 'lower_value + (clipped_rank - floor(clipped_rank)) * (upper_value - lower_value)' -%}
{{ name }} as (
    select
        {{ cell }},
        {{ "'' as branch" if is_pooled else 'branch' }},
        all_units,
        lowest,
        case
            when clipped_rank = floor(clipped_rank) or units_below > ceil(clipped_rank) then lower_value
            when lower_value = upper_value then lower_value
            {%- if is_pooled %}
            when has_integers then ceil({{ between }})
            {%- endif %}
            else {{ between }}
        end as highest
    from (
        select
            {{ cell }}{{ ',
            branch' if not is_pooled }},
            has_integers,
            sum(units) as all_units,
            (sum(units) - 1) * (1 - {{ drop }}) as clipped_rank,
            sum(case when {{ is_below }} then units else 0 end) as units_below,
            {{ dbt_jetstream.least_number('lowest') }} as lowest,
            max(case when {{ is_below }} then highest end) as lower_value,
            {{ dbt_jetstream.least_number('case when not ' ~ is_below ~ ' then lowest end') }} as upper_value
        from new_pieces
        where {{ drop }} is not null
        group by {{ cell }}{{ ', branch' if not is_pooled }}, has_integers, {{ drop }}
    ) as found
)
{%- endmacro %}
