{#- Every result that an experiment declares, and what it is computed from: how many units each branch has, and the
    statistics.

    Args: own (dict, meta of the completeness grid), nodes (dict, see `models_of_experiment`)
    Returns: list of {metric, statistic, periods, bases, series, metrics, sources, only_compares, waits_for, unadjusted}
-#}
{% macro looked_up_statistics(own, nodes) %}
    {%- set read_from, ratios = {}, {} -%}
    {%- for node in nodes.metrics.values() -%}
        {%- for source in node.config.meta.data_sources -%}
            {%- for metric in source.daily_metrics + source.direct_metrics -%}
                {%- do read_from.update({metric.name: source.name}) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for joint in nodes.pieces.config.meta.joint if joint.role == 'ratio' -%}
        {%- do ratios.update({joint.metric: joint}) -%}
    {%- endfor -%}
    {%- set found = [{
        'metric': 'identity',
        'statistic': 'count',
        'periods': nodes.metrics | list,
        'bases': ['enrollments', 'exposures'],
        'series': ['units'],
        'metrics': [],
        'sources': [],
        'only_compares': false,
        'waits_for': [],
    }] -%}
    {%- for part in nodes.statistics.config.meta.statistics -%}
        {%- set ratio = ratios.get(part.metric) if part.statistic == 'population_ratio' else none -%}
        {%- set declared = {
            'metric': part.metric,
            'statistic': part.statistic,
            'periods': part.periods,
            'bases': part.bases,
            'series': [ratio.y_series, ratio.x_series] if ratio else [part.series],
            'metrics': [ratio.y, ratio.x] if ratio else [part.metric],
            'sources': [],
            'only_compares': part.statistic in own.only_comparing,
            'waits_for': [part.covariate.period] if part.covariate else [],
        } -%}
        {%- for metric in declared.metrics if read_from[metric] not in declared.sources -%}
            {%- do declared.sources.append(read_from[metric]) -%}
        {%- endfor -%}
        {%- do declared.update({'sources': declared.sources | sort}) -%}
        {%- if part.unadjusted -%}
            {%- do declared.update({'unadjusted': part.unadjusted}) -%}
        {%- endif -%}
        {%- do found.append(declared) -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
