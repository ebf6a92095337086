{#- The column `absent_sources` of new rows: the data sources that were absent from their window.

    Args: missing (dict by period of list of {index, absent_sources})
-#}
{% macro absent_from_window(missing) -%}
    {%- set cases = {} -%}
    {%- for period, windows in missing.items() -%}
        {%- for window in windows if window.absent_sources -%}
            {%- do cases.setdefault((window.absent_sources, period), []).append(window.index) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if not cases -%}
''
    {%- else -%}
case
        {%- for (absent, period), indices in cases.items() %}
    when analysis_period = '{{ period }}' and window_index in ({{ indices | join(', ') }}) then '{{ absent }}'
        {%- endfor %}
    else ''
end
    {%- endif -%}
{%- endmacro %}
