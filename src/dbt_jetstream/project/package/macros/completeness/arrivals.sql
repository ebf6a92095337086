{#- Until which day each data source has been read, as of now: the grid outlives the client days, which expire.

    Args: client_days (dict of relations by data source; none where one is absent)
    Returns: list of [data source, day]; the day a text, or none
-#}
{% macro arrivals(client_days) %}
    {%- set found = [] -%}
    {%- for source, relation in client_days.items() if relation -%}
        {%- set day = dbt_jetstream.read_until(relation) -%}
        {%- do found.append([source, day | string if day is not none else none]) -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
