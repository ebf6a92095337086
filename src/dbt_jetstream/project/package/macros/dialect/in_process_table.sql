{#- The program that makes a table from a Python model in dbt's own process, on BigQuery.

    `InProcessJob` of dbt_jetstream.inside_dbt.python_job runs it: it calls `materialize`.

    Args: relation, compiled_code (str: the model and dbt's code around it)
-#}
{% macro in_process_table(relation, compiled_code) %}
{%- if adapter.export_json is not defined -%}
    {%- do exceptions.raise_compiler_error(
        "Python models need this project's package beside dbt, or notebooks: unset JETSTREAM_PLAIN_DBT, "
        ~ "or set DBT_JETSTREAM_PYTHON to bigframes (docs/dbt-cloud.md)"
    ) -%}
{%- endif -%}
{#- Python begins at the start of a line, whatever dbt wrote before -#}
{{ '\n' ~ compiled_code }}

def materialize(session):
    rows = model(dbtObj(session.read_gbq), session)
    session.write("{{ resolve_model_name(relation) }}", rows, cluster_by={{ config.get('cluster_by', []) | list }})
{% endmacro %}
