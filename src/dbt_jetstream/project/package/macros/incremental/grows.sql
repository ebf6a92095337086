{#- Whether new rows are added to the table being built: what `is_incremental` is to dbt's own materialization.

    It is made anew on a first build, when dbt is told so, when another definition has made it, and when it is
    empty. A lock that `jetstream rerun-skip` wrote also accepts the windows that earlier definitions made.

    Returns: bool
-#}
{% macro grows() %}
    {%- set configured = config.get('full_refresh') -%}
    {%- set is_told = flags.FULL_REFRESH if configured is none else configured -%}
    {%- if is_told or not execute -%}
        {{- return(false) -}}
    {%- endif -%}
    {%- do dbt_jetstream.refuse_earlier_lock() -%}
    {%- set relation = load_relation(this) -%}
    {%- if relation is none or relation.type != 'table' or not config.get('unique_key') -%}
        {{- return(false) -}}
    {%- endif -%}
    {%- set lock = model.config.meta -%}
    {#- asked several times for each model, while it is compiled and while it is run -#}
    {%- set found = dbt_jetstream.found_before() -%}
    {#- and a model that failed is built once more, by another definition: see leaving_out.py -#}
    {%- set question = 'built by ' ~ lock.definition_hash -%}
    {%- if question not in found -%}
        {%- do found.update({question: dbt_jetstream.is_built_by([lock.definition_hash] + lock.get('accepts', []))}) -%}
    {%- endif -%}
    {{- return(found[question]) -}}
{% endmacro %}
