{#- Exceptions that say what state an experiment is in, not what is wrong with it; as a list in SQL. -#}
{% macro states_of_experiments() -%}
    'EndedException', 'EnrollmentNotCompleteException', 'ExplicitSkipException', 'RolloutSkipException'
{%- endmacro %}
