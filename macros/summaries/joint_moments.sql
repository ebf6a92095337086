{#- Joint moments of two values per unit, each clipped and scaled to [0, 1].

    Sums are those of integers in units that keep them below 2^61, so that the order of the units
    cannot matter.

    Args: period (str), joint (dict, from the lock), metrics (dict of relations by period), length (int,
        days of a window)
-#}
{% macro joint_moments(period, joint, metrics, length) %}
    {%- set columns = columns_by_name(metrics[period]) -%}
    {%- set is_pooled = joint.role == 'covariate' -%}
    {%- set keys = 'window_index, analysis_basis, segment' ~ ('' if is_pooled else ', branch') -%}
    {%- set orders = [] -%}
    {%- for order in range(1, joint.order + 1) -%}
        {%- for b in range(order + 1) -%}
            {%- do orders.append((order - b, b)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set constants = ['scale', 'y_lowest', 'y_highest', 'x_lowest', 'x_highest'] %}
select
    '{{ period }}' as analysis_period,
    window_index,
    analysis_basis,
    segment,
    '{{ joint.metric }}' as metric,
    '{{ joint.series }}' as series,
    branch,
    moment,
    null as point,
    case moment
        when 'units' then units
        {%- for side in 'yx' %}
        when '{{ side }}_lowest' then {{ side }}_lowest
        when '{{ side }}_highest' then {{ side }}_highest
        when '{{ side }}_least' then {{ side }}_least
        when '{{ side }}_most' then {{ side }}_most
        {%- endfor %}
        {%- for a, b in orders %}
        when 'y{{ a }}_x{{ b }}' then y{{ a }}_x{{ b }} / scale / units
        {%- endfor %}
    end as value
from (
    select
        window_index,
        analysis_basis,
        segment,
        branch,
        {%- for constant in constants %}
        max({{ constant }}) as {{ constant }},
        {%- endfor %}
        -- what is not a number makes everything undefined
        case
            when max(case when {{ is_nan('y') }} or {{ is_nan('x') }} then 1 else 0 end) = 1 then {{ float_literal('nan') }}
            else count(*)
        end as units,
        min(y) as y_least,
        max(y) as y_most,
        min(x) as x_least,
        max(x) as x_most
        {%- for a, b in orders %},
        sum(cast(round({{ (['v'] * a + ['u'] * b) | join(' * ') }} * scale) as {{ integer_type() }})) as y{{ a }}_x{{ b }}
        {%- endfor %}
    from (
        select
            *,
            case
                when y_lowest < y_highest and not {{ is_nan('y') }} then (y - y_lowest) / (y_highest - y_lowest)
                else 0
            end as v,
            case
                when x_lowest < x_highest and not {{ is_nan('x') }} then (x - x_lowest) / (x_highest - x_lowest)
                else 0
            end as u
        from (
            select
                window_index,
                analysis_basis,
                segment,
                branch,
                {{ constants | join(',\n                ') }},
                case when {{ is_nan('y') }} then y else least(y, y_highest) end as y,
                case when {{ is_nan('x') }} then x else least(x, x_highest) end as x
            from {{ joint_values(period, joint, columns, metrics, length) | indent(12) }}
            inner join (
                select
                    {{ keys }},
                    y_clips.lowest as y_lowest,
                    y_clips.highest as y_highest,
                    x_clips.lowest as x_lowest,
                    x_clips.highest as x_highest,
                    pow(2.0, 60) / y_clips.all_units as scale
                from (
                    {{- clips_of_series(period, joint.metric, joint.y_series, is_pooled) | indent(20) }}
                ) as y_clips
                inner join (
                    {{- clips_of_series(period, joint.metric, joint.x_series, is_pooled) | indent(20) }}
                ) as x_clips
                    using ({{ keys }})
            ) as ends
                using ({{ keys }})
        ) as clipped
    ) as scaled
    group by window_index, analysis_basis, segment, branch
) as summed
cross join (
    select 'units' as moment
    {%- for side in 'yx' %}
        {%- for end in ['lowest', 'highest', 'least', 'most'] %}
    union all
    select '{{ side }}_{{ end }}' as moment
        {%- endfor %}
    {%- endfor %}
    {%- for a, b in orders %}
    union all
    select 'y{{ a }}_x{{ b }}' as moment
    {%- endfor %}
) as moments
{%- endmacro %}

{#- The finite ends between which a series is clipped. -#}
{% macro clips_of_series(period, metric, series, is_pooled) %}
select *
from {{ 'pooled_clips' if is_pooled else 'clips' }}
where
    analysis_period = '{{ period }}'
    and metric = '{{ metric }}'
    and series = '{{ series }}'
    and abs(lowest) < {{ float_literal('inf') }}
    and abs(highest) < {{ float_literal('inf') }}
{%- endmacro %}
