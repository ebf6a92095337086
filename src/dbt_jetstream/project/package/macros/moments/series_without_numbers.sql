{#- The series that are made from something other than numbers, each with a sentence on it for people.

    Args: series (list, see `numbered_series`), lock (dict, see `with_columns`)
    Returns: list of [series_id, sentence]
-#}
{% macro series_without_numbers(series, lock) %}
    {%- set found = [] -%}
    {%- for item in series if item.id != 0 -%}
        {%- set period, joint = item.periods[0], item.joint -%}
        {%- set sides = {item.metric: period} -%}
        {%- if joint -%}
            {%- set sides = {joint.y: period, joint.x: joint.period if joint.role == 'covariate' else period} -%}
        {%- endif -%}
        {%- set said = [] -%}
        {%- for metric, source in sides.items() if dbt_jetstream.no_number(lock.columns[source][metric]) -%}
            {%- do said.append('`' ~ metric ~ '` is ' ~ dbt_jetstream.no_number(lock.columns[source][metric])) -%}
        {%- endfor -%}
        {%- if said -%}
            {%- do found.append([item.id, said | join(' and ') ~ ', not a number']) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
