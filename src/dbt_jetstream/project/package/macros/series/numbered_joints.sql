{#- The joints of a statement, each with a number, `id`.

    Args: lock (dict, see `with_columns`)
    Returns: list of dict
-#}
{% macro numbered_joints(lock) %}
    {%- set found = [] -%}
    {%- for joint in lock.joint -%}
        {%- do found.append(dict(joint, id=loop.index)) -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
