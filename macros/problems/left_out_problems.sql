{#- A problem for each metric and segment that failed in the run and was left out, which leaving_out.py tells beside
    the graph's nodes: {"<slug>": {"metric <name>": "<reason>", "segment <name>": "<reason>"}}.

    Args: grid (dict of dbt's graph: the completeness node)
    Returns: list of dicts by column
-#}
{% macro left_out_problems(grid) %}
    {%- set given = graph.left_out if graph.left_out is defined else {} -%}
    {%- set rows = [] -%}
    {%- for entry, reason in given.get(grid.config.meta.experiment.slug, {}).items() -%}
        {%- set kind, name = entry.split(' ', 1) -%}
        {%- set problem = {
            'message': kind ~ ' `' ~ name ~ '` is left out, for it fails: ' ~ reason,
            'log_level': 'ERROR',
            'filename': 'left_out_problems.sql',
            'func_name': entry,
            'exception_type': exception_type(reason),
        } -%}
        {%- if kind == 'segment' -%}
            {%- do rows.append(dict(problem, segment=name)) -%}
        {%- elif kind == 'metric' -%}
            {%- set metrics = [] -%}
            {%- for statistic in grid.config.meta.statistics if name in statistic.metrics -%}
                {%- do metrics.append(statistic.metric) -%}
            {%- endfor -%}
            {%- for metric in metrics | unique -%}
                {%- do rows.append(dict(problem, metric=metric)) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(rows) -}}
{% endmacro %}
