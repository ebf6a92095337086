{#- How many units of every window that is new have values in which bin, and where in it.

    A first, coarse count that needs no sorting. Sums over units are sums of integers, so that they
    do not depend on the order of the units.

    Args: metrics (dict of relations by period)
-#}
{% macro bins(metrics) %}
{%- if execute -%}
{%- set missing = windows_missing_by_period(windows_of_metrics(metrics, definition()), definition()) -%}
{%- if is_incremental() and not missing -%}
-- every window with metrics has been counted
select * from {{ this }}
where false
{%- else -%}
{%- set lock = with_columns(definition(), metrics) -%}
with

{{ units_of_periods(metrics, missing, lock) }},

counted as (
    {%- for period in missing or metrics %}
    {{- population_bins(period) | indent(4) }}
        {%- for series in lock.series if period in series.periods %}
    union all
    {{- series_bins(period, series, metrics, lock.periods[period].windows.length) | indent(4) }}
        {%- endfor %}
        {%- if not loop.last %}
    union all
        {%- endif %}
    {%- endfor %}
),

measured as (
    select
        *,
        -- the bin's lower end and width, in size
        case when abs(bin) between 20000 and 80000 then pow(2.0, floor((abs(bin) - 40000) / 16)) end as octave,
        abs(bin) - 40000 - 16 * floor((abs(bin) - 40000) / 16) as sixteenth,
        positions / units / {{ position_units() }} as mean_position,
        squares / units / {{ position_units() }} as mean_square
    from counted
)

select
    analysis_period,
    window_index,
    analysis_basis,
    segment,
    metric,
    series,
    branch,
    bin,
    units,
    lowest,
    highest,
    case
        when lowest < highest then sign(bin) * octave * (1 + (sixteenth + mean_position) / 16)
        else lowest
    end as value,
    case
        when lowest < highest then octave / 16 * sqrt(greatest(mean_square - mean_position * mean_position, 0))
        else 0
    end as deviation,
    {{ absent_from_window(missing) | indent(4) }} as absent_sources,
    '{{ lock.definition_hash }}' as definition_hash
from measured
{%- endif -%}
{%- endif -%}
{% endmacro %}
