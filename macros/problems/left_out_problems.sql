{#- A problem for each metric and segment that failed in the run and was left out, which leaving_out.py tells beside
    the graph's nodes: {"<slug>": {"metric <name>": "<reason>", "segment <name>": "<reason>"}}, and how to say it.

    Args: grid (dict of dbt's graph: the completeness node)
    Returns: list of dicts by column
-#}
{% macro left_out_problems(grid) %}
    {%- set given = graph.left_out if graph.left_out is defined else {} -%}
    {%- set rows = [] -%}
    {%- for entry, reason in given.get(grid.config.meta.experiment.slug, {}).items() -%}
        {%- set kind, name = entry.split(' ', 1) -%}
        {%- set problem = {
            'message': graph.left_out_words | format(kind, name, reason),
            'log_level': 'ERROR',
            'filename': 'left_out_problems.sql',
            'func_name': entry,
            'exception_type': exception_type(reason),
        } -%}
        {%- if kind == 'segment' -%}
            {%- do rows.append(dict(problem, segment=name)) -%}
        {%- elif kind == 'metric' -%}
            {%- for metric in metrics_of(grid.config.meta.statistics, 'metrics', name) -%}
                {%- do rows.append(dict(problem, metric=metric)) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(rows) -}}
{% endmacro %}
