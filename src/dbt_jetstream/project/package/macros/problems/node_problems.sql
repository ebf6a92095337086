{#- The problem that a failed node or test is; none where it did not fail, or was skipped for another.

    Args: result (of the run), model (dict of dbt's graph: the node, or the model that it tests)
    Returns: list of one dict by column, or of none
-#}
{% macro node_problems(result, model) %}
    {%- set is_test = result.node.unique_id != model.unique_id -%}
    {%- if result.status not in ['error', 'runtime error', 'partial success', 'fail', 'warn'] -%}
        {{- return([]) -}}
    {%- endif -%}
    {#- The warnings themselves are told, by `trust_problems`; the test only counts them. -#}
    {%- if is_test and result.status == 'warn' and result.node.test_metadata.name == 'no_trust_warnings' -%}
        {{- return([]) -}}
    {%- endif -%}
    {%- set message = result.message or 'failed' -%}
    {%- set type = dbt_jetstream.exception_type(message) if 'rror' in result.status else 'DataTestFailure' -%}
    {%- if result.status == 'fail' and result.node.test_metadata.name == 'unique_key' and model.config.meta.enrollment -%}
        {%- set message = result.failures ~ ' pairs of a unit and a branch are enrolled in several rows; let '
            ~ '`enrollment_query` return one row for each, as by GROUP BY' -%}
        {%- set type = 'DoubledEnrollmentsException' -%}
    {%- endif -%}
    {{- return([{
        'analysis_period': model.config.meta.get('period'),
        'message': (result.node.name ~ ': ' ~ message) if is_test else message,
        'log_level': 'WARNING' if result.status == 'warn' else 'ERROR',
        'filename': result.node.original_file_path.replace('\\', '/').split('/') | last,
        'func_name': model.name,
        'exception_type': type,
    }]) -}}
{% endmacro %}
