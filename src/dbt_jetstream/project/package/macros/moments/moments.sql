{#- What the statistics need of every window that is new besides its pieces.

    The values at which a series is clipped, the joint moments of two values per unit, kernel densities with the
    number of their point, and the units of each branch, so that every window has a row. Of a series that is made
    from something other than numbers there is a moment without a value or branch: a sentence that says so.

    Reads: the pieces; the metrics tables, for joints and for densities, each once.
    Args: pieces (relation), metrics (dict of relations by period)
-#}
{% macro moments(pieces, metrics) %}
{%- if execute -%}
{%- set missing = dbt_jetstream.windows_missing_by_period(dbt_jetstream.windows_by_period(pieces), dbt_jetstream.definition()) -%}
{%- if dbt_jetstream.grows() and not missing -%}
-- every window with pieces has its moments
select * from {{ this }}
where false
{%- else -%}
{%- set lock = dbt_jetstream.with_columns(dbt_jetstream.definition(), metrics) -%}
{%- set cell = dbt_jetstream.series_cell() -%}
{%- set series = dbt_jetstream.of_new_windows(dbt_jetstream.numbered_series(lock), metrics, missing) -%}
{%- set dense = series | selectattr('density_size', 'defined') | selectattr('density_size') | list -%}
{%- set dense = dbt_jetstream.series_with_rows(pieces, 'lowest < highest', dense) if dense else [] -%}
{%- set without_numbers = dbt_jetstream.series_without_numbers(series, lock) -%}
{%- set joints = dbt_jetstream.of_new_windows(dbt_jetstream.numbered_joints(lock), metrics, missing) -%}
with

{{ dbt_jetstream.series_settings(lock) }},

{{ dbt_jetstream.new_rows('rows_of_pieces', pieces, missing, metrics) }},

new_pieces as (
    select *
    from rows_of_pieces
    inner join series_settings
        using (metric, series)
),

{% if dense or joints -%}
{{ dbt_jetstream.populations(lock, metrics, missing) }}
{%- endif -%}
{{ dbt_jetstream.clips('clips', is_pooled=false) }},

{{ dbt_jetstream.clips('pooled_clips', is_pooled=true) }},

{% if dense -%}
{{ dbt_jetstream.densities(dense, lock, metrics, missing) }},

{% endif -%}
{% if joints -%}
{{ dbt_jetstream.joint_moments(joints, lock, metrics, missing) }},

{% endif -%}
all_moments as (
    select
        {{ cell }},
        branch,
        'units' as moment,
        cast(null as {{ dbt_jetstream.integer_type() }}) as point,
        cast(sum(units) as {{ dbt_jetstream.float_type() }}) as value
    from new_pieces
    where series_id = 0
    group by {{ cell }}, branch
    union all
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
        branch,
        'pooled_clip' as moment,
        null as point,
        highest as value
    from pooled_clips
    {%- if without_numbers %}
    union all
    select distinct
        {{ cell }},
        '' as branch,
        sentence as moment,
        cast(null as {{ dbt_jetstream.integer_type() }}) as point,
        cast(null as {{ dbt_jetstream.float_type() }}) as value
    from new_pieces
    inner join {{ dbt_jetstream.typed_rows('without_numbers', {'series_id': dbt_jetstream.integer_type(), 'sentence': dbt.type_string()}, without_numbers) | indent(4) }}
        using (series_id)
    {%- endif %}
    {%- if dense %}
    union all
    select
        {{ cell }},
        branch,
        'density' as moment,
        point,
        value
    from densities
    {%- endif %}
    {%- if joints %}
    union all
    select
        {{ cell }},
        branch,
        moment,
        null as point,
        value
    from joint_moments
    {%- endif %}
)

select
    {{ cell }},
    branch,
    moment,
    point,
    value,
    {{ dbt_jetstream.absent_from_window(missing) | indent(4) }} as absent_sources,
    '{{ lock.definition_hash }}' as definition_hash
from all_moments
{%- endif -%}
{%- endif -%}
{% endmacro %}
