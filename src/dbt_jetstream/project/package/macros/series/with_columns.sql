{#- The lock without the series and segments whose columns a period's metrics do not have: their data source was
    absent, or they failed alone.

    Args: lock (dict), metrics (dict of relations by period)
    Returns: dict, the lock with the `series` and `joint` that have all their columns, each in the
        periods in which it has them, and with `columns` (dict by period of columns by name)
-#}
{% macro with_columns(lock, metrics) %}
    {%- set columns = {} -%}
    {%- for period, relation in metrics.items() -%}
        {%- do columns.update({period: dbt_jetstream.columns_by_name(relation)}) -%}
    {%- endfor -%}
    {%- set segments = [] -%}
    {%- for segment in lock.segments -%}
        {%- set lacking = columns.values() | rejectattr(segment, 'defined') | list -%}
        {%- if not lacking -%}
            {%- do segments.append(segment) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set found = {'series': [], 'joint': []} -%}
    {%- for kind, items in found.items() -%}
        {%- for item in lock.get(kind, []) -%}
            {%- set joint = item if kind == 'joint' else item.joint -%}
            {%- set periods = [] -%}
            {%- for period in item.periods -%}
                {%- set x_period = joint.period if joint and joint.role == 'covariate' else period -%}
                {%- set y, x = (joint.y, joint.x) if joint else (item.metric, item.metric) -%}
                {%- if y in columns[period] and x in columns[x_period] -%}
                    {%- do periods.append(period) -%}
                {%- endif -%}
            {%- endfor -%}
            {%- if periods -%}
                {%- do items.append(dict(item, periods=periods)) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(dict(lock, columns=columns, segments=segments, **found)) -}}
{% endmacro %}
