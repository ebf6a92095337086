{#- How many units of every window that is new have values in which bin, and where in it.

    A first, coarse count that needs no sorting. Sums over units are sums of integers, so that they
    do not depend on the order of the units.

    Reads: the metrics tables, each once (on DuckDB of few columns once more).
    Args: metrics (dict of relations by period)
-#}
{% macro bins(metrics) %}
{%- if execute -%}
{%- set missing = dbt_jetstream.windows_missing_by_period(dbt_jetstream.windows_of_metrics(metrics, dbt_jetstream.definition()), dbt_jetstream.definition()) -%}
{%- if dbt_jetstream.grows() and not missing -%}
-- every window with metrics has been counted
select * from {{ this }}
where false
{%- else -%}
{%- set lock = dbt_jetstream.with_columns(dbt_jetstream.definition(), metrics) -%}
{%- set numbers = dbt_jetstream.bin_numbers() -%}
{%- set is_placed = 'abs(bin) between ' ~ numbers.least_placed ~ ' and ' ~ numbers.most_placed -%}
with

{{ dbt_jetstream.series_names(lock) }},

{{ dbt_jetstream.populations(lock, metrics, missing) }}
{{- dbt_jetstream.unit_values(dbt_jetstream.numbered_series(lock), lock, metrics, missing, is_counted=dbt_jetstream.counts_integers()) }},

{{ dbt_jetstream.binned_values() }},

{% set is_counted_first = 0 < lock.segments | length <= numbers.few_segments -%}
{%- set keys = dbt_jetstream.unit_key_names(lock) ~ (', own_segment' if dbt_jetstream.has_censored(lock)) if is_counted_first else dbt_jetstream.group_keys() -%}
{{ 'counted_once' if is_counted_first else 'counted' }} as (
    select
        {{ keys }},
        series_id,
        bin,
        {{ 'sum(units)' if dbt_jetstream.counts_integers() else 'count(*)' }} as units,
        min(value) as lowest,
        max(value) as highest,
        {{ dbt_jetstream.position_sums('units' if dbt_jetstream.counts_integers()) | indent(8) }}
    from {{ 'binned_values' if is_counted_first else dbt_jetstream.in_groups('binned_values', lock) | indent(4) }}
    group by {{ keys }}, series_id, bin
),

{% if is_counted_first -%}
counted as (
    select
        {{ dbt_jetstream.group_keys() }},
        series_id,
        bin,
        sum(units) as units,
        min(lowest) as lowest,
        max(highest) as highest,
        sum(positions) as positions,
        sum(squares) as squares
    from {{ dbt_jetstream.in_groups('counted_once', lock) | indent(4) }}
    group by {{ dbt_jetstream.group_keys() }}, series_id, bin
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
        positions / units / {{ dbt_jetstream.position_units() }} as mean_position,
        squares / units / {{ dbt_jetstream.position_units() }} as mean_square
    from {{ dbt_jetstream.with_group_names('counted') | indent(4) }}
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
    {{ dbt_jetstream.absent_from_window(missing) | indent(4) }} as absent_sources,
    '{{ lock.definition_hash }}' as definition_hash
from measured
inner join series_names
    using (series_id)
{%- endif -%}
{%- endif -%}
{% endmacro %}
