{#- What has become of every result that an experiment's definition declares.

    Args: enrollments (relation), client_days (dict of relations by data source), metrics (dict of
        relations by period), bins (relation), statistics (relation)
-#}
{% macro completeness(enrollments, client_days, metrics, bins, statistics) %}
{%- if execute -%}
    {%- set arrived = {} -%}
    {%- for source, relation in client_days.items() -%}
        {#- a source that failed in this run is left out, and may never have been built -#}
        {%- do arrived.update({source: load_relation(relation)}) -%}
    {%- endfor -%}
    {%- set tables = {
        'enrollments': enrollments,
        'client_days': arrived,
        'metrics': metrics,
        'bins': bins,
        'statistics': statistics,
        'logs': this.incorporate(path={'identifier': 'logs'}),
    } -%}
    {%- do tables.update({'late': dbt_jetstream.late_in_run(dbt_jetstream.node_of(this), tables)}) -%}
    {{- dbt_jetstream.completeness_query(dbt_jetstream.definition(), tables) -}}
{%- endif -%}
{% endmacro %}
