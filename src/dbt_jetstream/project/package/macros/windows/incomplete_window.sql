{#- Whether a row of the table being built is of a window that lacks something which the build that runs may have.

    What is left out of the build itself will lack again: such a window stays as it is, and so do the other results
    that it holds, of metrics that fail by now.

    Returns (rendered): a condition on the table's rows
-#}
{% macro incomplete_window() -%}
    {%- set names = ["concat(',', absent_sources, ',')"] -%}
    {%- for entry in dbt_jetstream.definition().get('left_out', []) -%}
        {%- do names.append("replace(" ~ names[-1] ~ ", ',"  ~ entry ~ ",', ',')") -%}
    {%- endfor -%}
{{ names[-1] }} not in (',', ',,')
{%- endmacro %}
