{#- The sanity columns to count, by period: those that the metrics tables hold of every period after enrollment
    that is due; of days only where nothing longer is.

    Args: lock (dict), metrics (dict of relations by period)
    Returns: dict by period of lists of {data_source, metric}
-#}
{% macro sanity_columns(lock, metrics) %}
    {%- set due = [] -%}
    {%- for period, described in lock.periods.items() if windows_due(described.windows, lock.experiment) -%}
        {%- do due.append(period) -%}
    {%- endfor -%}
    {%- set chosen = due | reject('equalto', 'daily') | list or due -%}
    {%- set found = {} -%}
    {%- for period in chosen if lock.periods[period].sanity -%}
        {%- set held = columns_by_name(metrics[period]) -%}
        {%- set columns = lock.periods[period].sanity | selectattr('metric', 'in', held) | list -%}
        {%- if columns -%}
            {%- do found.update({period: columns}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
