{#- BigQuery's own export: the rows of a query as objects a line, in files that a wildcard numbers.

    Args: query (str), uri (str: the file that readers would look for)
-#}
{% macro json_lines(query, uri) -%}
    {%- set folder = dbt_jetstream.export_uri() -%}
export data options (
    uri = {{ dbt_jetstream.text_literal(folder ~ '/json_lines' ~ uri[folder | length:-5] ~ '_*.json') }},
    format = 'JSON',
    overwrite = true
) as
{{ query }}
{%- endmacro %}
