{#- The periods of an experiment: their windows and bases; for the completeness grid also what each is made from.

    Args: own (dict, a node's meta), nodes (dict, see `models_of_experiment`)
    Returns: dict by period
-#}
{% macro looked_up_periods(own, nodes) %}
    {%- set found = {} -%}
    {%- set signal = nodes.enrollments.config.meta.exposure_signal -%}
    {%- set slug = dbt_jetstream.normalised(own.experiment.slug) -%}
    {%- for period, node in nodes.metrics.items() if own.periods is not defined or period in own.periods -%}
        {%- set meta = node.config.meta -%}
        {%- if own.periods is defined -%}
            {%- do found.update({period: dict(own.periods[period], windows=meta.windows)}) -%}
        {%- else -%}
            {%- do found.update({period: {'bases': meta.bases, 'windows': meta.windows}}) -%}
        {%- endif -%}
        {%- if own.tables -%}
            {%- set daily = meta.data_sources | selectattr('daily_metrics') | map(attribute='name') | list -%}
            {%- set not_known = meta.data_sources | selectattr('direct_metrics') | map(attribute='name') | list -%}
            {%- set upstream = [nodes.enrollments.name] + ([slug ~ '_exposure_days'] if signal else []) -%}
            {%- for source in daily -%}
                {%- do upstream.append(nodes.client_days[source].name) -%}
            {%- endfor -%}
            {%- do found[period].update({
                'daily_sources': daily,
                'not_known': not_known + ([dbt_jetstream.exposure_signal_name()] if signal else []),
                'upstream': upstream + [node.name],
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
