{#- The columns of a table of problems after `timestamp`, all text.

    Returns: list of str
-#}
{% macro log_columns() %}
    {{- return([
        'source',
        'experiment',
        'metric',
        'statistic',
        'analysis_basis',
        'segment',
        'analysis_period',
        'message',
        'log_level',
        'exception',
        'filename',
        'func_name',
        'exception_type',
    ]) -}}
{% endmacro %}
