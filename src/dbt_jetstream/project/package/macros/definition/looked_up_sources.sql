{#- The data sources of a period's metrics. Client days say how a source is read and have the daily parts; else the first
    period that reads it says it, as of each metric.

    Args: own (dict, a node's meta), nodes (dict, see `models_of_experiment`)
    Returns: list of dicts
-#}
{% macro looked_up_sources(own, nodes) %}
    {%- set sources, metrics = {}, {} -%}
    {%- for node in nodes.client_days.values() -%}
        {%- do sources.update({node.config.meta.data_source.name: node.config.meta.data_source}) -%}
    {%- endfor -%}
    {%- for node in nodes.metrics.values() -%}
        {%- for source in node.config.meta.data_sources -%}
            {%- do sources.setdefault(source.name, source) -%}
            {%- for metric in source.daily_metrics + source.direct_metrics -%}
                {%- do metrics.setdefault(metric.name, metric) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set found = [] -%}
    {%- for source in own.data_sources -%}
        {%- set about = sources[source.name] -%}
        {%- set here = {'name': source.name, 'parts': []} -%}
        {%- for key in ['from', 'unit_column', 'date_column', 'dated_tables', 'enrolled_branch'] -%}
            {%- do here.update({key: about[key]}) -%}
        {%- endfor -%}
        {%- if about.reads_unit -%}
            {%- do here.update({'reads_unit': true}) -%}
        {%- endif -%}
        {%- for path in ['daily_metrics', 'direct_metrics'] -%}
            {%- do here.update({path: []}) -%}
            {%- for metric in source[path] -%}
                {%- do here[path].append(metrics[metric.name]) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- set read = modules.re.findall('\\w+', here.daily_metrics | map(attribute='sql') | join(' ')) -%}
        {%- for part in about.parts or [] if part.name in read -%}
            {%- do here.parts.append({'name': part.name, 'combine': part.combine}) -%}
        {%- endfor -%}
        {%- do found.append(here) -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
