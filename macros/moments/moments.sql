{#- What the statistics need of every window that is new besides its pieces.

    The values at which a series is clipped, the joint moments of two values per unit, kernel densities with the
    number of their point, and the units of each branch, so that every window has a row. Of a series that is made
    from something other than numbers there is a moment without a value or branch: a sentence that says so.

    Reads: the pieces; the metrics tables, for joints and for densities, each once.
    Args: pieces (relation), metrics (dict of relations by period)
-#}
{% macro moments(pieces, metrics) %}
{%- if execute -%}
{%- set missing = windows_missing_by_period(windows_by_period(pieces), definition()) -%}
{%- if grows() and not missing -%}
-- every window with pieces has its moments
select * from {{ this }}
where false
{%- else -%}
{%- set lock = with_columns(definition(), metrics) -%}
{%- set cell = series_cell() -%}
{%- set series = of_new_windows(numbered_series(lock), metrics, missing) -%}
{%- set dense = series | selectattr('density_size', 'defined') | selectattr('density_size') | list -%}
{%- set dense = series_with_rows(pieces, 'lowest < highest', dense) if dense else [] -%}
{%- set without_numbers = series_without_numbers(series, lock) -%}
{%- set joints = of_new_windows(numbered_joints(lock), metrics, missing) -%}
with

{{ series_settings(lock) }},

{{ new_rows('rows_of_pieces', pieces, missing, metrics) }},

new_pieces as (
    select *
    from rows_of_pieces
    inner join series_settings
        using (metric, series)
),

{% if dense or joints -%}
{{ populations(lock, metrics, missing) }}
{%- endif -%}
{{ clips('clips', is_pooled=false) }},

{{ clips('pooled_clips', is_pooled=true) }},

{% if dense -%}
{{ densities(dense, lock, metrics, missing) }},

{% endif -%}
{% if joints -%}
{{ joint_moments(joints, lock, metrics, missing) }},

{% endif -%}
all_moments as (
    select
        {{ cell }},
        branch,
        'units' as moment,
        cast(null as {{ integer_type() }}) as point,
        cast(sum(units) as {{ float_type() }}) as value
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
        cast(null as {{ integer_type() }}) as point,
        cast(null as {{ float_type() }}) as value
    from new_pieces
    inner join {{ typed_rows('without_numbers', {'series_id': integer_type(), 'sentence': dbt.type_string()}, without_numbers) | indent(4) }}
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
    {{ absent_from_window(missing) | indent(4) }} as absent_sources,
    '{{ lock.definition_hash }}' as definition_hash
from all_moments
{%- endif -%}
{%- endif -%}
{% endmacro %}
