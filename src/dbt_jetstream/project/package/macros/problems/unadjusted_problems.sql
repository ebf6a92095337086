{#- A problem for each statistic and analysis basis that was to be adjusted by a metric that is not computed.

    Args: grid (dict of dbt's graph: the completeness node)
    Returns: list of dicts by column
-#}
{% macro unadjusted_problems(grid) %}
    {%- set rows = [] -%}
    {%- for statistic in dbt_jetstream.definition_of(grid).statistics if statistic.get('unadjusted') -%}
        {%- for basis in statistic.bases -%}
            {%- do rows.append({
                'metric': statistic.metric,
                'statistic': statistic.statistic,
                'analysis_basis': basis,
                'message': statistic.unadjusted,
                'log_level': 'WARNING',
                'filename': 'unadjusted_problems.sql',
                'func_name': 'unadjusted_problems',
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(rows) -}}
{% endmacro %}
