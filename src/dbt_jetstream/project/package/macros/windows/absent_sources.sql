{#- The data sources that failed in this run and are left out of it, as `jetstream run` says in
    JETSTREAM_ABSENT_SOURCES, a JSON object {"<slug>": {"<data source>": "<reason>"}}; or as leaving_out.py tells
    beside the graph's nodes.

    Args: experiment (dict, from the lock)
    Returns: dict of reasons by data source
-#}
{% macro absent_sources(experiment) %}
    {%- set given = fromjson(env_var('JETSTREAM_ABSENT_SOURCES', '') or '{}') -%}
    {%- set found = graph.absent_sources if graph is defined and graph.absent_sources is defined else {} -%}
    {{- return(dict(found.get(experiment.slug, {}), **given.get(experiment.slug, {}))) -}}
{% endmacro %}
