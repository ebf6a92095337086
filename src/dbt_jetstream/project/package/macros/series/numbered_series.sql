{#- The series of a statement, each with a number, `id`; the first counts units, whatever their metrics.

    Args: lock (dict, see `with_columns`)
    Returns: list of dict
-#}
{% macro numbered_series(lock) %}
    {%- set identity = {
        'id': 0,
        'metric': 'identity',
        'series': 'units',
        'joint': none,
        'pre_treatments': [],
        'periods': lock.periods | list,
    } -%}
    {%- set found = [identity] -%}
    {%- for series in lock.series -%}
        {%- do found.append(dict(series, id=loop.index)) -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
