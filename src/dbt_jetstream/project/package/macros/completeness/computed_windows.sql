{#- The CTE `computed`: the windows that the metrics tables hold.

    Args: metrics (dict of relations by period; none where one is absent)
-#}
{% macro computed_windows(metrics) -%}
computed as (
    {%- for period, relation in metrics.items() %}
    select
        {{ dbt_jetstream.text_literal(period) }} as analysis_period,
        window_index,
        max(absent_sources) as absent_sources,
        max(case when analysis_basis = 'enrollments' or exposure_date is not null then 1 else 0 end) as has_units
    from {{ relation or dbt_jetstream.nothing(['analysis_basis', 'exposure_date', 'absent_sources'], ['window_index']) | indent(4) }}
    group by window_index
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)
{%- endmacro %}
