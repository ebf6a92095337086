{#- The data sources that failed in this run and are left out of it: JETSTREAM_ABSENT_SOURCES, by
    default none. A JSON object {"<slug>": {"<data source>": "<reason>"}}.

    Args: experiment (dict, from the lock)
    Returns: dict of reasons by data source
-#}
{% macro absent_sources(experiment) %}
    {%- set given = fromjson(env_var('JETSTREAM_ABSENT_SOURCES', '') or '{}') -%}
    {{- return(given.get(experiment.slug, {})) -}}
{% endmacro %}
