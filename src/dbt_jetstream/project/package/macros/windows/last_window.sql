{#- The last of a period's windows that the experiment's end leaves room for; none where no end is known, or where there
    is but one window, whose length follows from the end.

    Args: windows (dict, from the lock)
    Returns: int or none
-#}
{% macro last_window(windows) %}
    {%- if windows.due is mapping or not windows.repeats -%}
        {{- return(none) -}}
    {%- endif -%}
    {{- return(windows.due | length) -}}
{% endmacro %}
