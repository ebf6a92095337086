{#- The sanity columns to count, by period: those that the metrics tables hold of every period after enrollment
    that is due; of days only where nothing longer is.

    Args: lock (dict), metrics (dict of relations by period), client_days (dict of relations by data source; of those
        that are read day by day), days (the same, of those that have been built)
    Returns: dict by period of lists of {data_source, metric, is_daily, is_known}. Whether a unit sent anything in a
        window is known of a data source that is read day by day; of another, who sent nothing looks like who sent
        telemetry that does not report the experiment, and that column is not known
-#}
{% macro sanity_columns(lock, metrics, client_days, days) %}
    {%- set due = [] -%}
    {%- for period, described in lock.periods.items() if dbt_jetstream.windows_due(described.windows) -%}
        {%- do due.append(period) -%}
    {%- endfor -%}
    {%- set chosen = due | reject('equalto', 'daily') | list or due -%}
    {%- set found = {} -%}
    {%- for period in chosen if lock.periods[period].sanity -%}
        {%- set held = dbt_jetstream.columns_by_name(metrics[period]) -%}
        {%- set columns = [] -%}
        {%- for column in lock.periods[period].sanity if column.metric in held -%}
            {%- set is_daily = column.data_source in client_days -%}
            {%- if column.data_source in days or not is_daily -%}
                {%- set is_known = is_daily or not column.metric.endswith('_has_non_enrolled_data') -%}
                {%- do columns.append(dict(column, is_daily=is_daily, is_known=is_known)) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if columns -%}
            {%- do found.update({period: columns}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
