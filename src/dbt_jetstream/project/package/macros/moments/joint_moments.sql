{#- CTEs with the joint moments of two values per unit, each clipped and scaled to [0, 1], as `joint_moments`.

    Sums are those of integers in units that keep them below 2^61, so that the order of the units cannot matter.

    Reads: clips, pooled_clips, new_pieces; the metrics tables, once. Makes: joints, joint_branches,
    clips_of_branches, joint_ends, unit_pairs, whole_pairs, clipped_pairs, scaled_pairs, joint_sums, named_sums,
    joint_moments (series_cell, branch, moment, value).
    Args: joints (list, see `numbered_joints`), lock (dict), metrics (dict of relations by period), missing (dict of windows by period)
-#}
{% macro joint_moments(joints, lock, metrics, missing) -%}
{%- set cell = dbt_jetstream.series_cell() -%}
{%- set group = dbt_jetstream.group_names() -%}
{%- set ends = ['y_lowest', 'y_highest', 'x_lowest', 'x_highest', 'scale'] -%}
{%- set orders = [] -%}
{%- for order in range(1, (joints | map(attribute='order') | max) + 1) -%}
    {%- for b in range(order + 1) -%}
        {%- do orders.append((order - b, b)) -%}
    {%- endfor -%}
{%- endfor -%}
{%- set moments = [] -%}
{%- for name in ['units', 'y_lowest', 'y_highest', 'y_least', 'y_most', 'x_lowest', 'x_highest', 'x_least', 'x_most'] -%}
    {%- do moments.append(["'" ~ name ~ "'", 'cast(' ~ name ~ ' as ' ~ dbt_jetstream.float_type() ~ ')']) -%}
{%- endfor -%}
{%- for a, b in orders -%}
    {%- set name = 'y' ~ a ~ '_x' ~ b -%}
    {%- do moments.append(["'" ~ name ~ "'", name ~ ' / scale / units']) -%}
{%- endfor -%}
{{ dbt_jetstream.given_joints(joints) }},

joint_branches as (
    select distinct {{ group }}
    from new_pieces
    where series_id = 0
),

clips_of_branches as (
    select *, false as is_pooled
    from clips
    union all
    select
        {{ cell }},
        b.branch,
        p.all_units,
        p.lowest,
        p.highest,
        true as is_pooled
    from pooled_clips as p
    inner join joint_branches as b
        using (analysis_period, window_index, analysis_basis, segment)
),

joint_ends as (
    select
        {{ group }},
        joint_id,
        joint_order,
        max(case when series = y_series then lowest end) as y_lowest,
        max(case when series = y_series then highest end) as y_highest,
        max(case when series = x_series then lowest end) as x_lowest,
        max(case when series = x_series then highest end) as x_highest,
        pow(2.0, 60) / max(case when series = y_series then all_units end) as scale
    from clips_of_branches as c
    inner join joints as j
        on j.joint_metric = c.metric and j.is_pooled = c.is_pooled
    where
        c.series in (j.y_series, j.x_series)
        and abs(c.lowest) < {{ dbt_jetstream.float_literal('inf') }}
        and abs(c.highest) < {{ dbt_jetstream.float_literal('inf') }}
    group by {{ group }}, joint_id, joint_order
    having count(*) = 2
),

{{ dbt_jetstream.unit_pairs(joints, lock, metrics, missing) }},

whole_pairs as (
    select *
    from unit_pairs
    where y is not null and x is not null
),

clipped_pairs as (
    select
        {{ dbt_jetstream.group_keys() }},
        joint_id,
        joint_order,
        {{ ends | join(',\n        ') }},
        case when {{ dbt_jetstream.is_nan('y') }} then y else least(y, y_highest) end as y,
        case when {{ dbt_jetstream.is_nan('x') }} then x else least(x, x_highest) end as x
    from {{ dbt_jetstream.with_rows_about_groups('whole_pairs', 'joint_ends', ['joint_id'], lock) | indent(4) }}
),

scaled_pairs as (
    select
        *,
        case
            when y_lowest < y_highest and not {{ dbt_jetstream.is_nan('y') }} then (y - y_lowest) / (y_highest - y_lowest)
            else 0
        end as v,
        case
            when x_lowest < x_highest and not {{ dbt_jetstream.is_nan('x') }} then (x - x_lowest) / (x_highest - x_lowest)
            else 0
        end as u
    from clipped_pairs
),

joint_sums as (
    select
        {{ dbt_jetstream.group_keys() }},
        joint_id,
        {%- for end in ends %}
        max({{ end }}) as {{ end }},
        {%- endfor %}
        -- what is not a number makes everything undefined
        case
            when max(case when {{ dbt_jetstream.is_nan('y') }} or {{ dbt_jetstream.is_nan('x') }} then 1 else 0 end) = 1 then {{ dbt_jetstream.float_literal('nan') }}
            else count(*)
        end as units,
        min(y) as y_least,
        max(y) as y_most,
        min(x) as x_least,
        max(x) as x_most
        {%- for a, b in orders %}
            {%- set product = (['v'] * a + ['u'] * b) | join(' * ') -%}
            {%- set term = 'cast(round(' ~ product ~ ' * scale) as ' ~ dbt_jetstream.integer_type() ~ ')' %},
        sum({{ term if a + b <= 2 else 'case when joint_order >= ' ~ (a + b) ~ ' then ' ~ term ~ ' end' }}) as y{{ a }}_x{{ b }}
        {%- endfor %}
    from scaled_pairs
    group by {{ dbt_jetstream.group_keys() }}, joint_id
),

named_sums as (
    select *
    from {{ dbt_jetstream.with_group_names('joint_sums') | indent(4) }}
),

joint_moments as (
    select
        {{ group }},
        j.joint_metric as metric,
        j.joint_series as series,
        m.moment,
        m.value
    from (
        select
            {{ group }},
            joint_id,
            crossed.moment,
            crossed.value
        from {{ dbt_jetstream.crossed_with_rows('named_sums', ['moment', 'value'], moments) | indent(8) }}
    ) as m
    inner join joints as j
        using (joint_id)
    where m.value is not null
)
{%- endmacro %}

{#- The CTE `joints`: what two values each joint is about, and how they are clipped. -#}
{% macro given_joints(joints) -%}
{%- set columns = {
    'joint_id': dbt_jetstream.integer_type(),
    'joint_metric': dbt.type_string(),
    'joint_series': dbt.type_string(),
    'y_series': dbt.type_string(),
    'x_series': dbt.type_string(),
    'is_pooled': 'boolean',
    'joint_order': dbt_jetstream.integer_type(),
} -%}
{%- set rows = [] -%}
{%- for joint in joints -%}
    {%- do rows.append([
        joint.id,
        joint.metric,
        joint.series,
        joint.y_series,
        joint.x_series,
        joint.role == 'covariate',
        joint.order,
    ]) -%}
{%- endfor -%}
joints as (
    select *
    from {{ dbt_jetstream.typed_rows('given', columns, rows) | indent(4) }}
)
{%- endmacro %}
