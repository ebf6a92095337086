{#- The moments of a numerator and a denominator over the same units that a ratio of means needs.

    Each is clipped at its branch's own quantile. Deviations are in units of the means.

    Args: period (str), summary (dict, from the lock), columns (dict of Column), length (int, days of a window)
-#}
{% macro cross_moments(period, summary, columns, length) -%}
    {%- set keys = 'window_index, analysis_basis, segment, branch' -%}
    {%- set names = ['units', 'numerator_mean', 'denominator_mean'] -%}
    {%- set products = [] -%}
    {%- for order in [2, 3, 4] -%}
        {%- for b in range(order + 1) -%}
            {%- do products.append((order - b, b)) -%}
            {%- do names.append('product_' ~ (order - b) ~ '_' ~ b) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set denominator = as_float(summary.denominator, columns[summary.denominator]) ~ ' as other' -%}
    {%- set numerators = unit_values(period ~ '_units', summary.numerator, columns[summary.numerator], denominator) -%}
    {%- set swapped -%}
(
    select {{ keys }}, value as other, other as value
    from {{ treated(numerators, summary.pre_treatments, length, 'other') | indent(4) }}
    where value is not null and other is not null
) as swapped
    {%- endset -%}
    {%- set query -%}
(
    select
        {{ keys }},
        cast(count(*) as {{ float_type() }}) as units,
        any_value(numerator_mean) as numerator_mean,
        any_value(denominator_mean) as denominator_mean
        {%- for a, b in products %},
        avg({{ (['dy'] * a + ['dx'] * b) | join(' * ') }}) as product_{{ a }}_{{ b }}
        {%- endfor %}
    from (
        select
            *,
            (y - numerator_mean) / case when numerator_mean = 0 then 1 else abs(numerator_mean) end as dy,
            (x - denominator_mean) / case when denominator_mean = 0 then 1 else abs(denominator_mean) end as dx
        from (
            select
                *,
                avg(y) over (partition by {{ keys }}) as numerator_mean,
                avg(x) over (partition by {{ keys }}) as denominator_mean
            from (
                select
                    {{ keys }},
                    {{ clipped('other', summary.drop_highest, keys) }} as y,
                    {{ clipped('value', summary.drop_highest, keys) }} as x
                from {{ treated(swapped, summary.pre_treatments, length, 'other') | indent(16) }}
                where value is not null
            ) as clipped
        ) as averaged
    ) as centred
    group by {{ keys }}
)
    {%- endset -%}
    {{- moment_rows(period, summary, names, query) -}}
{%- endmacro %}
