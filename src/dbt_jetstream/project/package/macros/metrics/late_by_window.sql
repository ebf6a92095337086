{#- What is late for each window, whether it waits for it or not; windows with all their telemetry are not in it.

    Args: late (list, see `late_sources`)
    Returns: dict by window index of JSON: {"<data source>": {tables, until, since}}
-#}
{% macro late_by_window(late) %}
    {%- set by_window = {} -%}
    {%- for source in late -%}
        {%- set about = {
            'tables': source.tables,
            'until': source.until | string if source.until is not none else none,
            'since': source.since | string,
        } -%}
        {%- for index in source.waiting + source.short -%}
            {%- do by_window.setdefault(index, {}).update({source.name: about}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set found = {} -%}
    {%- for index, sources in by_window.items() -%}
        {%- do found.update({index: tojson(sources)}) -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
