{#- The columns of the table being built, as they were before the run.

    Looked up once for each model: dbt takes longer to ask than the database to answer.

    Returns: list of names
-#}
{% macro columns_before() %}
    {%- set found = dbt_jetstream.found_before() -%}
    {%- if 'columns' not in found -%}
        {%- do found.update({'columns': dbt_jetstream.columns_by_name(this) | list}) -%}
    {%- endif -%}
    {{- return(found['columns']) -}}
{% endmacro %}
