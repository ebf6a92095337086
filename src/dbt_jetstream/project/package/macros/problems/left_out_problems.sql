{#- A problem for each metric, by analysis basis, and each segment that failed in the run and was left out.

    leaving_out.py tells them beside the graph's nodes, and how to say it:
    {"<slug>": {"metric <name>": "<reason>", "segment <name>": "<reason>"}}. So is an exposure signal, in the basis of
    exposures.

    Args: grid (dict of dbt's graph: the completeness node)
    Returns: list of dicts by column
-#}
{% macro left_out_problems(grid) %}
    {%- set given = graph.left_out if graph.left_out is defined else {} -%}
    {%- set rows = [] -%}
    {%- for entry, reason in given.get(grid.config.meta.experiment.slug, {}).items() -%}
        {%- set kind, name = entry.split(' ', 1) -%}
        {%- set signal = entry == dbt_jetstream.exposure_signal_name() -%}
        {%- set problem = {
            'message': graph.left_out_words | format(kind, name, reason),
            'log_level': 'ERROR',
            'filename': 'left_out_problems.sql',
            'func_name': entry,
            'exception_type': dbt_jetstream.exception_type(reason),
        } -%}
        {%- if kind == 'segment' -%}
            {%- do rows.append(dict(problem, segment=name)) -%}
        {%- elif kind == 'metric' or signal -%}
            {%- for metric, basis in dbt_jetstream.metric_bases_of(dbt_jetstream.definition_of(grid).statistics, 'metrics', none if signal else name)
                if not signal or basis == 'exposures' -%}
                {%- do rows.append(dict(problem, metric=metric, analysis_basis=basis)) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(rows) -}}
{% endmacro %}
