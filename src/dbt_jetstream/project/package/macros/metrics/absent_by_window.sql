{#- The data sources that each window lacks: those that failed in this run, and those that it waits for.

    Args: windows (list of {index, start, end}), failed (names), late (list, see `late_sources`)
    Returns: dict by window index of str, names joined by commas
-#}
{% macro absent_by_window(windows, failed, late) %}
    {%- set found = {} -%}
    {%- for window in windows -%}
        {%- set names = failed | list -%}
        {%- for source in late if window.index in source.waiting -%}
            {%- do names.append(source.name) -%}
        {%- endfor -%}
        {%- do found.update({window.index: names | sort | join(',')}) -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
