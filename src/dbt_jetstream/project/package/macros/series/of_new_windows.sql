{#- The series or joints that a statement has rows of: those of a period with new windows.

    Args: items (list, see `numbered_series`, `numbered_joints`), metrics (dict of relations by period), missing
        (dict of windows by period)
    Returns: list
-#}
{% macro of_new_windows(items, metrics, missing) %}
    {%- set found = [] -%}
    {%- for item in items if item.periods | select('in', (missing or metrics) | list) | list -%}
        {%- do found.append(item) -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
