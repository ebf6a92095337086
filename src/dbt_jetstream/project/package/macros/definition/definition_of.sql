{#- The locked definition of a model: its `meta`, as `jetstream sync` wrote it, with what other models of the experiment
    say. Each fact is written in one of them.

    Args: node (dict of dbt's graph)
    Returns: dict
-#}
{% macro definition_of(node) %}
    {%- set own = node.config.meta -%}
    {%- if not own.looked_up -%}
        {{- return(own) -}}
    {%- endif -%}
    {%- set known = graph.setdefault('definitions', {}) -%}
    {%- if node.unique_id not in known -%}
        {%- set nodes = dbt_jetstream.models_of_experiment(node) -%}
        {%- set found = dict(own) -%}
        {%- do found.pop('looked_up') -%}
        {%- for fact in own.looked_up -%}
            {%- if fact in ['experiment', 'segments'] -%}
                {%- do found.update({fact: nodes.enrollments.config.meta[fact]}) -%}
            {%- elif fact == 'exposure_signal' -%}
                {%- do found.update({fact: dbt_jetstream.looked_up_signal(own, nodes)}) -%}
            {%- elif fact == 'data_sources' -%}
                {%- do found.update({fact: dbt_jetstream.looked_up_sources(own, nodes)}) -%}
            {%- elif fact in ['periods', 'windows'] -%}
                {%- do found.update({'periods': dbt_jetstream.looked_up_periods(own, nodes)}) -%}
            {%- elif fact == 'series' -%}
                {%- do found.update({fact: dbt_jetstream.looked_up_series(nodes.pieces.config.meta)}) -%}
            {%- elif fact == 'binned_series' -%}
                {%- do found.update({'series': dbt_jetstream.binned_series(dbt_jetstream.looked_up_series(nodes.pieces.config.meta))}) -%}
            {%- elif fact == 'joint' -%}
                {%- do found.update({fact: nodes.pieces.config.meta.joint}) -%}
            {%- elif fact == 'statistics' -%}
                {%- do found.update({fact: dbt_jetstream.looked_up_statistics(own, nodes)}) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if own.series -%}
            {%- do found.update({'series': dbt_jetstream.looked_up_series(own)}) -%}
        {%- endif -%}
        {%- do known.update({node.unique_id: found}) -%}
    {%- endif -%}
    {{- return(known[node.unique_id]) -}}
{% endmacro %}
