{#- Whether the table being built has rows, and the definitions with these hashes made all of them.

    Args: definition_hashes (list of str)
    Returns: bool
-#}
{% macro is_built_by(definition_hashes) %}
    {%- if 'definition_hash' not in dbt_jetstream.columns_before() -%}
        {{- return(false) -}}
    {%- endif -%}
    {%- set found = run_query('select distinct definition_hash from ' ~ this).columns[0].values() -%}
    {{- return(found | length > 0 and not found | reject('in', definition_hashes) | list) -}}
{% endmacro %}
