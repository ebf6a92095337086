{#- The statement that makes a model's table on BigQuery, or the program: for Python models with the submission
    method `in_process`, which this project's package adds, one of our own; else dbt-bigquery's.

    Args: temporary (bool), relation, code (str), language (str)
-#}
{% macro table_statement(temporary, relation, code, language) -%}
    {%- if language == 'python' and config.get('submission_method') == 'in_process' -%}
        {{- dbt_jetstream.in_process_table(relation, code) -}}
    {%- else -%}
        {{- create_table_as(temporary, relation, code, language) -}}
    {%- endif -%}
{%- endmacro %}
