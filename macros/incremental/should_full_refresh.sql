{#- Whether dbt builds an incremental table anew: when it is told to, and when what is there was
    made by another definition, or is empty.

    Overrides dbt's macro of the same name, which asks only for the flag and the config. A lock that
    `jetstream rerun-skip` wrote also accepts the windows that earlier definitions made.

    Returns: bool
-#}
{% macro should_full_refresh() %}
    {%- set configured = config.get('full_refresh') -%}
    {%- set asked = flags.FULL_REFRESH if configured is none else configured -%}
    {%- set lock = model.config.get('meta', {}) -%}
    {%- if asked or not lock.get('definition_hash') or not execute -%}
        {{- return(asked) -}}
    {%- endif -%}
    {%- set relation = load_relation(this) -%}
    {%- if relation is none or relation.type != 'table' -%}
        {{- return(asked) -}}
    {%- endif -%}
    {#- dbt asks several times for each model, while it compiles and while it runs it -#}
    {%- set found = found_before() -%}
    {#- and a model that failed is built once more, by another definition: see leaving_out.py -#}
    {%- set question = 'not built by ' ~ lock.definition_hash -%}
    {%- if question not in found -%}
        {%- do found.update({question: not is_built_by([lock.definition_hash] + lock.get('accepts', []))}) -%}
    {%- endif -%}
    {{- return(found[question]) -}}
{% endmacro %}
