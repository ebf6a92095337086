{#- The windows that the table being built does not hold yet, or not completely, for each period with any.

    Args: held (dict by period of dict by window index of absent sources: the windows upstream), lock (dict)
    Returns: dict by period of list of {index, absent_sources}
-#}
{% macro windows_missing_by_period(held, lock) %}
    {%- set done = dbt_jetstream.windows_by_period(this) if dbt_jetstream.grows() else {} -%}
    {%- set missing = {} -%}
    {%- for period in lock.periods -%}
        {%- for index, absent in held.get(period, {}).items() if done.get(period, {}).get(index) != '' -%}
            {%- do missing.setdefault(period, []).append({'index': index, 'absent_sources': absent}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(missing) -}}
{% endmacro %}
