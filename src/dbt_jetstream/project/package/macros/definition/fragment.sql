{#- A fragment of the lock as SQL: in the target's dialect, with relations in place of `{dataset.table}`.

    Args: sql (str, or dict by adapter where dialects differ), telemetry (dict of relations by key)
    Returns: str
-#}
{% macro fragment(sql, telemetry={}) %}
    {%- set text = sql if sql is string else sql[target.type] -%}
    {%- if text is none -%}
        {%- do exceptions.raise_compiler_error('not to be run on ' ~ target.type ~ ': ' ~ sql.gap) -%}
    {%- endif -%}
    {%- set filled = namespace(text=text) -%}
    {%- for key, relation in telemetry.items() -%}
        {%- set filled.text = filled.text | replace('{' ~ key ~ '}', relation | string) -%}
    {%- endfor -%}
    {{- return(filled.text) -}}
{% endmacro %}
