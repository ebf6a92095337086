{#- The experiments of a run that it may have settled: all their nodes were built and tested, and none failed.

    Only `jetstream run` says in JETSTREAM_INPUTS what a run is made from, as {"<slug>": "<hash>"}.

    Args: problems (dict by slug, see `run_problems`)
    Returns: dict by slug of hashes
-#}
{% macro settling(problems) %}
    {%- set inputs = fromjson(env_var('JETSTREAM_INPUTS', '') or '{}') -%}
    {%- set found = {} -%}
    {%- for slug, run in problems.items() if slug in inputs and run.grid and run.is_well and not run.rows -%}
        {%- do found.update({slug: inputs[slug]}) -%}
    {%- endfor -%}
    {%- for node in graph.nodes.values() if found -%}
        {%- set model = dbt_jetstream.experiment_model(node) -%}
        {%- set slug = model.config.meta.experiment.slug if model else none -%}
        {%- if slug in found and node.unique_id not in problems[slug].done -%}
            {%- do found.pop(slug) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
