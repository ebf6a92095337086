{#- A problem for each metric and analysis basis of the data sources that were left out of the run.

    Args: grid (dict of dbt's graph: the completeness node)
    Returns: list of dicts by column
-#}
{% macro absent_source_problems(grid) %}
    {%- set rows = [] -%}
    {%- for source, reason in dbt_jetstream.absent_sources(grid.config.meta.experiment).items() -%}
        {%- for metric, basis in dbt_jetstream.metric_bases_of(dbt_jetstream.definition_of(grid).statistics, 'sources', source) -%}
            {%- do rows.append({
                'metric': metric,
                'analysis_basis': basis,
                'message': 'without its data source `' ~ source ~ '`, which failed: ' ~ reason,
                'log_level': 'ERROR',
                'filename': 'absent_sources.sql',
                'func_name': source,
                'exception_type': dbt_jetstream.exception_type(reason),
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(rows) -}}
{% endmacro %}
