{#- The windows that are due and that the table being built does not hold yet, or not completely.

    Args: windows (dict, from the lock)
    Returns: list of {index, start, end, due}
-#}
{% macro windows_missing(windows) %}
    {%- set due = dbt_jetstream.windows_due(windows) -%}
    {%- if not due or not dbt_jetstream.grows() -%}
        {{- return(due) -}}
    {%- endif -%}
    {%- set found = "select distinct window_index from " ~ this ~ " where not (" ~ dbt_jetstream.incomplete_window() ~ ")" -%}
    {%- set present = run_query(found).columns[0].values() | map('int') | list -%}
    {{- return(due | rejectattr('index', 'in', present) | list) -}}
{% endmacro %}
