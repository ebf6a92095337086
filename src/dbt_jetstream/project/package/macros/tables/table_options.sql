{#- Post-hook of every model of an experiment: say in the warehouse which experiment it belongs to, and when
    it was written last. Only BigQuery's tables can.

    As in Jetstream: the slug as description, the label `last_updated` in seconds since 1970, and of
    statistics the version of their schema. dbt would set labels of new tables alone.
-#}
{% macro table_options() -%}
    {{ return(adapter.dispatch('table_options', 'dbt_jetstream')()) }}
{%- endmacro %}

{% macro default__table_options() -%}
{%- endmacro %}

{% macro bigquery__table_options() -%}
    {%- if execute and dbt_jetstream.definition().experiment -%}
        {%- set slug = dbt_jetstream.definition().experiment.slug -%}
        {%- set labels = {
            'experiment': dbt_jetstream.table_label(slug),
            'last_updated': modules.datetime.datetime.now().timestamp() | int,
        } -%}
        {%- do labels.update(config.get('labels', {})) -%}
        {%- if this.identifier.startswith('statistics_') -%}
            {%- do labels.update({'schema_version': 4}) -%}
        {%- endif -%}
alter {{ 'view' if config.get('materialized') == 'view' else 'table' }} {{ this }}
set options (
    description = {{ dbt_jetstream.text_literal(slug) }},
    labels = [
        {%- for key, value in labels.items() %}
        ('{{ key }}', '{{ value }}'){{ ',' if not loop.last }}
        {%- endfor %}
    ]
)
    {%- endif -%}
{%- endmacro %}
