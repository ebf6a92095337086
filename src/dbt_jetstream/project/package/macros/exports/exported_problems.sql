{#- A condition on the rows of a table of problems: those of an experiment that are exported.

    What a data test of ours found is for who runs the analysis, in the logs; doubled enrollments are the author's.

    Args: slug (str)
-#}
{% macro exported_problems(slug) -%}
experiment = {{ dbt_jetstream.text_literal(slug) }}
and coalesce(exception_type, '') not in ('DataTestFailure', {{ dbt_jetstream.states_of_experiments() }})
{%- endmacro %}
