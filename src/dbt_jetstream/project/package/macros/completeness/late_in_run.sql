{#- What is late, as the tables and this run say: it is asked once a run, and enrollments that wait have no row.

    Args: grid (dict of dbt's graph: the completeness node), tables (dict, see `completeness_query`)
    Returns: {windows, enrollments}, see `late_telemetry`
-#}
{% macro late_in_run(grid, tables) %}
    {%- set known = dbt_jetstream.noted_in_run(grid) -%}
    {%- if 'late' not in known -%}
        {%- set late = dbt_jetstream.late_telemetry(tables, grid.database, grid.schema) -%}
        {%- set enrollments = dbt_jetstream.model_named(grid.config.meta.tables.enrollments) -%}
        {%- set notice = dbt_jetstream.noted_in_run(enrollments).get('notice') -%}
        {%- do known.update({'late': dict(late, enrollments=notice or late.enrollments)}) -%}
    {%- endif -%}
    {{- return(known['late']) -}}
{% endmacro %}
