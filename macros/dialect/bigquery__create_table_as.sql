{#- How dbt makes a table on BigQuery: as dbt-bigquery does, and for Python models with the
    submission method `in_process`, which this project's package adds, by a program of our own.

    Args: temporary (bool), relation, compiled_code (str), language (str): as dbt passes them
-#}
{% macro bigquery__create_table_as(temporary, relation, compiled_code, language='sql') -%}
    {%- if language == 'python' and config.get('submission_method') == 'in_process' -%}
        {{- in_process_table(relation, compiled_code) -}}
    {%- else -%}
        {{- dbt.bigquery__create_table_as(temporary, relation, compiled_code, language) -}}
    {%- endif -%}
{%- endmacro %}
