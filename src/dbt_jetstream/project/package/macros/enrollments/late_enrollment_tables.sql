{#- The tables that enrollments are made from and that have not arrived; a line of the log says so of each.

    Args: lock (dict), telemetry (dict of relations by key)
    Returns: list of {tables, until, since}: a name, as users know it; the last day that has arrived, or none;
        the first that was asked for
-#}
{% macro late_enrollment_tables(lock, telemetry) %}
    {%- set late = {} -%}
    {%- for table in dbt_jetstream.enrollment_tables(lock, telemetry) -%}
        {%- set until = dbt_jetstream.arrived_day(table, table.first, table.last) -%}
        {%- if (until is none or until < table.last) and table.name not in late -%}
            {%- set about = {'tables': table.name, 'until': until, 'since': table.first} -%}
            {%- do late.update({table.name: about}) -%}
            {%- do log(lock.experiment.slug ~ ': enrollments are late: ' ~ dbt_jetstream.late_words(about), info=True) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(late.values() | list) -}}
{% endmacro %}
