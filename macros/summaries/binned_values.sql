{#- A subquery that adds to each value its `bin`, and its `position` there, in [0, 1).

    Bins ascend with their values. Each power of two is cut into 16 equal parts; zero, the
    infinities and NaN have bins of their own, and so has each integer up to 1,000 where all are
    integers. All but the logarithm, which only finds the power, is exact in binary arithmetic.

    Args: values (str, a subquery with `value`), is_integer (bool)
-#}
{% macro binned_values(values, is_integer) -%}
    {%- set infinity = float_literal('inf') -%}
    {%- set own = 'abs(value) <= 1000' if is_integer else 'value = 0' -%}
(
    select
        *,
        cast(
            case
                when octave is not null then sign(value) * (40000 + 16 * octave + floor(sixteenths))
                when {{ is_nan('value') }} then 3000000
                when value = {{ infinity }} then 2000000
                when value = -{{ infinity }} then -2000000
                else value
            end as {{ integer_type() }}
        ) as bin,
        coalesce(sixteenths - floor(sixteenths), 0) as position
    from (
        select *, abs(value) * pow(2.0, -octave) * 16 - 16 as sixteenths
        from (
            select
                *,
                case
                    when {{ own }} or {{ is_nan('value') }} or abs(value) = {{ infinity }} then null
                    else greatest(floor({{ log2('abs(value)') }}), -1000)
                end as octave
            from {{ values | indent(12) }}
        ) as measured
    ) as placed
) as binned_values
{%- endmacro %}
