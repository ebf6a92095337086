{#- A column of texts that depend on the window alone.

    Args: texts (dict by window index of str), otherwise (str or none: of all other windows)
-#}
{% macro text_of_window(texts, otherwise) -%}
    {%- set windows = {} -%}
    {%- for index, text in texts.items() if text != otherwise -%}
        {%- do windows.setdefault(text, []).append(index) -%}
    {%- endfor -%}
    {%- if not windows -%}
        {{- dbt_jetstream.text_literal(otherwise) -}}
    {%- else -%}
case
        {%- for text, indices in windows.items() %}
    when e.window_index in ({{ indices | join(', ') }}) then {{ dbt_jetstream.text_literal(text) }}
        {%- endfor %}
    else {{ dbt_jetstream.text_literal(otherwise) }}
end
    {%- endif -%}
{%- endmacro %}
