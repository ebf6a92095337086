{#- CTEs with the units of each period's new windows, once per segment that they belong to.

    Args: metrics (dict of relations by period), missing (dict of windows by period), lock (dict)
-#}
{% macro units_of_periods(metrics, missing, lock) -%}
{%- if lock.segments -%}
segments as (
    select 'all' as segment
    {%- for segment in lock.segments %}
    union all
    select '{{ segment }}' as segment
    {%- endfor %}
),

{% endif -%}
{%- for period in missing or metrics %}
{{ period }}_units as {{ inlined() }} (
    {{- segmented_units(metrics[period], missing.get(period, []), lock.segments) | indent(4) }}
)
        {%- if not loop.last %},
        {% endif %}
{%- endfor %}
{%- endmacro %}
