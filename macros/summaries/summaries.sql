{#- What the statistics need of every window that is new, in some hundred rows a branch.

    Rows without a `moment` are pieces: neighbouring units of a branch, with their number, lowest,
    highest and mean value and their deviation from the mean. A piece of one value is exact. Pieces
    end where a statistic needs the units exactly: at ranks (clipping, deciles) and at the points of
    a grid. Rows with a `moment` are the values at which a series is clipped, the joint moments of two
    values per unit, and kernel densities with the number of their point as `lowest`.

    Args: bins (relation), metrics (dict of relations by period)
-#}
{% macro summaries(bins, metrics) %}
{%- if execute -%}
{%- set missing = windows_missing_by_period(windows_by_period(bins), definition()) -%}
{%- if is_incremental() and not missing -%}
-- every window with bins has been summarised
select * from {{ this }}
where false
{%- else -%}
{%- set lock = with_columns(definition(), metrics) -%}
{%- set cell = series_cell() -%}
with

{{ units_of_periods(metrics, missing, lock) }},

series_parameters as (
    select *
    from {{ series_parameters(lock, metrics) | indent(4) }}
),

new_bins as (
    select
        {{ cell }},
        branch,
        bin,
        units,
        lowest,
        highest,
        value,
        deviation
    from {{ bins }}
    where
        false
        {%- for period in missing or metrics %}
        or (
            analysis_period = '{{ period }}'
            and window_index in ({{ missing.get(period, []) | map(attribute='index') | join(', ') or 'null' }})
        )
        {%- endfor %}
),

{{ placed_bins() }},

{{ reread_units(metrics, missing, lock) }},

{{ clips('clips', cell ~ ', branch', '') }},

{{ clips('pooled_clips', cell, 'pooled_') }},

{{ pieces() }},

{{ densities(metrics, missing, lock) }},

moments as (
    select
        {{ cell }},
        branch,
        'clip' as moment,
        null as point,
        highest as value
    from clips
    union all
    select
        {{ cell }},
        '' as branch,
        'pooled_clip' as moment,
        null as point,
        highest as value
    from pooled_clips
    union all
    select
        {{ cell }},
        branch,
        'density' as moment,
        point,
        coalesce(value, 0) as value
    from densities
    {%- for period in missing or metrics %}
        {%- for joint in lock.joint if period in joint.periods %}
    union all
    {{- joint_moments(period, joint, metrics, lock.periods[period].windows.length) | indent(4) }}
        {%- endfor %}
    {%- endfor %}
)

select
    {{ cell }},
    branch,
    cast(null as {{ dbt.type_string() }}) as moment,
    value,
    cast(units as {{ integer_type() }}) as units,
    lowest,
    highest,
    deviation,
    {{ absent_from_window(missing) | indent(4) }} as absent_sources,
    '{{ lock.definition_hash }}' as definition_hash
from pieces
union all
select
    {{ cell }},
    branch,
    moment,
    value,
    null as units,
    point as lowest,
    null as highest,
    null as deviation,
    {{ absent_from_window(missing) | indent(4) }} as absent_sources,
    '{{ lock.definition_hash }}' as definition_hash
from moments
{%- endif -%}
{%- endif -%}
{% endmacro %}
