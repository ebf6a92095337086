{#- The windows that the metrics tables hold and that can be summarised, with the sources absent from each.

    A window whose metrics are adjusted by those of an earlier period waits for that period, and
    lacks what the earlier one lacks.

    Args: metrics (dict of relations by period), lock (dict)
    Returns: dict by period of dict by window index of str
-#}
{% macro windows_of_metrics(metrics, lock) %}
    {%- set rows -%}
(
    {%- for period, relation in metrics.items() %}
    select '{{ period }}' as analysis_period, window_index, absent_sources
    from {{ relation }}
        {%- if not loop.last %}
    union all
        {%- endif %}
    {%- endfor %}
) as windows
    {%- endset -%}
    {%- set held = dbt_jetstream.windows_by_period(rows) -%}
    {%- set found = {} -%}
    {%- for period in metrics -%}
        {%- set adjusting = dbt_jetstream.covariate_periods(period, lock) -%}
        {%- set found_here = {} -%}
        {%- for index, absent in held.get(period, {}).items() -%}
            {%- set names = absent.split(',') -%}
            {%- set ready = [] -%}
            {%- for earlier in adjusting if 1 in held.get(earlier, {}) -%}
                {%- do ready.append(earlier) -%}
                {%- do names.extend(held[earlier][1].split(',')) -%}
            {%- endfor -%}
            {%- if ready | length == adjusting | length -%}
                {%- do found_here.update({index: names | select | unique | sort | join(',')}) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do found.update({period: found_here}) -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
