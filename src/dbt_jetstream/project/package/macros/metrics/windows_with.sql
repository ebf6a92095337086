{#- The windows that a data source is computed for: those that do not wait for it.

    Args: windows (list of {index, start, end}), source (str, its name), late (list, see `late_sources`)
    Returns: list of {index, start, end}
-#}
{% macro windows_with(windows, source, late) %}
    {{- return(windows | rejectattr('index', 'in', dbt_jetstream.waiting_windows(source, late)) | list) -}}
{% endmacro %}
