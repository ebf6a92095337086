{#- How many units of every window that is new have values in which bin, and where in it.

    A first, coarse count that needs no sorting. Sums over units are sums of integers, so that they
    do not depend on the order of the units.

    Reads: the metrics tables, each once (on DuckDB of few columns once more).
    Args: metrics (dict of relations by period)
-#}
{% macro bins(metrics) %}
{%- if execute -%}
{%- set missing = windows_missing_by_period(windows_of_metrics(metrics, definition()), definition()) -%}
{%- if grows() and not missing -%}
-- every window with metrics has been counted
select * from {{ this }}
where false
{%- else -%}
{%- set lock = with_columns(definition(), metrics) -%}
{%- set numbers = bin_numbers() -%}
{%- set is_placed = 'abs(bin) between ' ~ numbers.least_placed ~ ' and ' ~ numbers.most_placed -%}
with

{{ series_names(lock) }},

{{ populations(lock, metrics, missing) }}
{{- unit_values(numbered_series(lock), lock, metrics, missing, is_counted=counts_integers()) }},

{{ binned_values() }},

{% set is_counted_first = 0 < lock.segments | length <= numbers.few_segments -%}
{%- set keys = unit_key_names(lock) ~ (', own_segment' if has_censored(lock)) if is_counted_first else group_keys() -%}
{{ 'counted_once' if is_counted_first else 'counted' }} as (
    select
        {{ keys }},
        series_id,
        bin,
        {{ 'sum(units)' if counts_integers() else 'count(*)' }} as units,
        min(value) as lowest,
        max(value) as highest,
        {{ position_sums('units' if counts_integers()) | indent(8) }}
    from {{ 'binned_values' if is_counted_first else in_groups('binned_values', lock) | indent(4) }}
    group by {{ keys }}, series_id, bin
),

{% if is_counted_first -%}
counted as (
    select
        {{ group_keys() }},
        series_id,
        bin,
        sum(units) as units,
        min(lowest) as lowest,
        max(highest) as highest,
        sum(positions) as positions,
        sum(squares) as squares
    from {{ in_groups('counted_once', lock) | indent(4) }}
    group by {{ group_keys() }}, series_id, bin
),

{% endif -%}

measured as (
    select
        *,
        -- the bin's lower end and width, in size; below the lowest octave bins go on as wide as there, down to zero
        case
            when {{ is_placed }}
                then pow(2.0, greatest(floor((abs(bin) - {{ numbers.middle }}) / {{ numbers.parts }}), {{ numbers.lowest_octave }}))
        end as octave,
        case when abs(bin) < {{ numbers.middle + numbers.parts * numbers.lowest_octave }} then 0 else 1 end as octaves_below,
        abs(bin) - {{ numbers.middle }} - {{ numbers.parts }} * floor((abs(bin) - {{ numbers.middle }}) / {{ numbers.parts }}) as part,
        positions / units / {{ position_units() }} as mean_position,
        squares / units / {{ position_units() }} as mean_square
    from {{ with_group_names('counted') | indent(4) }}
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
        when lowest < highest then sign(bin) * octave * (octaves_below + (part + mean_position) / {{ numbers.parts }})
        else lowest
    end as value,
    case
        when lowest < highest
            then octave / {{ numbers.parts }} * sqrt(greatest(mean_square - mean_position * mean_position, 0))
        else 0
    end as deviation,
    {{ absent_from_window(missing) | indent(4) }} as absent_sources,
    '{{ lock.definition_hash }}' as definition_hash
from measured
inner join series_names
    using (series_id)
{%- endif -%}
{%- endif -%}
{% endmacro %}
