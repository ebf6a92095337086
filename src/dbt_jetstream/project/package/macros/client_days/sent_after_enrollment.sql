{#- A join condition: on the enrollment day, only telemetry that already reports the experiment counts.

    Nothing for a data source that does not report experiments.

    Args: source (dict, from the lock)
-#}
{% macro sent_after_enrollment(source) -%}
    {%- if source.enrolled_branch %}
and (
    ds.{{ source.date_column }} != e.enrollment_date
    or {{ dbt_jetstream.fragment(source.enrolled_branch) }} is not null
)
    {%- endif -%}
{%- endmacro %}
