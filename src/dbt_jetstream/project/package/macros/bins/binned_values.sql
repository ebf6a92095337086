{#- The CTEs that add to each value its `bin`, and its `position` there, in [0, 1).

    Bins ascend with their values. Each power of two is cut into equal parts; zero, the infinities and NaN
    have bins of their own, and so has each small integer where all are integers. All but the logarithm,
    which only finds the power, is exact in binary arithmetic.

    Reads: unit_values, or a part of them. Makes: measured_values, placed_values, binned_values (unit_keys, series_id, value,
    octave, bin, position).
    Args: values (str, the CTE of the values)
-#}
{% macro binned_values(values='unit_values') -%}
{%- set numbers = dbt_jetstream.bin_numbers() -%}
{%- set infinity = dbt_jetstream.float_literal('inf') -%}
measured_values as (
    select
        *,
        case
            when value = 0 or (is_integer and abs(value) <= {{ numbers.last_integer }}) then null
            when {{ dbt_jetstream.is_nan('value') }} or abs(value) = {{ infinity }} then null
            else greatest(floor({{ dbt_jetstream.log2('abs(value)') }}), {{ numbers.lowest_octave }})
        end as octave
    from {{ values }}
    where value is not null
),

placed_values as (
    select *, abs(value) * pow(2.0, -octave) * {{ numbers.parts }} - {{ numbers.parts }} as parts
    from measured_values
),

binned_values as (
    select
        *,
        cast(
            case
                when octave is not null
                    then sign(value) * ({{ numbers.middle }} + {{ numbers.parts }} * octave + floor(parts))
                when {{ dbt_jetstream.is_nan('value') }} then {{ numbers.nan }}
                when value = {{ infinity }} then {{ numbers.infinity }}
                when value = -{{ infinity }} then -{{ numbers.infinity }}
                else value
            end as {{ dbt_jetstream.integer_type() }}
        ) as bin,
        coalesce(parts - floor(parts), 0) as position
    from placed_values
)
{%- endmacro %}
