{#- The windows that wait for a data source.

    Args: source (str, its name), late (list, see `late_sources`)
    Returns: list of indices
-#}
{% macro waiting_windows(source, late) %}
    {{- return(late | selectattr('name', 'equalto', source) | map(attribute='waiting') | first | default([])) -}}
{% endmacro %}
