{#- What the statistics need of every window that is new: how many units have which value.

    Values have had the pre-treatments of their statistic and are clipped at the branch's own
    quantile. Up to 2,000 distinct values of a branch are kept as they are; of more, the 256 lowest
    and highest are, and those between become 1,500 groups of neighbours with their exact mean.
    Linear models and ratios need no more than the moments of each branch.

    Args: metrics (dict of relations by period)
-#}
{% macro summaries(metrics) %}
{%- if execute -%}
{%- set lock = definition() -%}
{%- set missing = windows_missing_by_period(lock) -%}
{%- if is_incremental() and not missing -%}
-- every window that is due has been summarised
select * from {{ this }}
where false
{%- else -%}
with

segments as (
    select 'all' as segment
    {%- for segment in lock.segments %}
    union all
    select '{{ segment }}'
    {%- endfor %}
)
{%- for period in missing or metrics %},

{{ period }}_units as (
    {{- segmented_units(metrics[period], missing.get(period, []), lock.segments) | indent(4) }}
)
{%- endfor %},

value_counts as (
    {%- for period in missing or metrics %}
    {{- period_value_counts(period, metrics[period], lock) | indent(4) }}
        {%- if not loop.last %}
    union all
        {%- endif %}
    {%- endfor %}
),

{{ clipped_values() }},

{{ compressed_values() }},

moments as (
    {%- for period in missing or metrics %}
    {{- period_moments(period, metrics, lock) | indent(4) }}
        {%- if not loop.last %}
    union all
        {%- endif %}
    {%- endfor %}
),

population as (
    {%- for period in missing or metrics %}
    {{- population_counts(period) | indent(4) }}
        {%- if not loop.last %}
    union all
        {%- endif %}
    {%- endfor %}
)

select
    *,
    '{{ lock.definition_hash }}' as definition_hash
from compressed_values
union all
select
    *,
    '{{ lock.definition_hash }}' as definition_hash
from moments
union all
select
    *,
    '{{ lock.definition_hash }}' as definition_hash
from population
{%- endif -%}
{%- endif -%}
{% endmacro %}
