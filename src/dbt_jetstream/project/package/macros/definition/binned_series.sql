{#- What of series decides their bins; where they are cut comes later.

    Args: series (list of dicts, see `looked_up_series`)
    Returns: list of dicts
-#}
{% macro binned_series(series) %}
    {%- set found = [] -%}
    {%- for whole in series -%}
        {%- set binned = {} -%}
        {%- for key in ['metric', 'series', 'pre_treatments', 'periods', 'joint', 'side'] -%}
            {%- do binned.update({key: whole.get(key)}) -%}
        {%- endfor -%}
        {%- do found.append(binned) -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
