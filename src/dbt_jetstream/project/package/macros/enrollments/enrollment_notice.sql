{#- What to say of enrollments whose telemetry is late; the end of the run says it, whatever rows there are.

    Args: late (list, see `late_enrollment_tables`), experiment (dict, from the lock)
    Returns: {text, is_waiting}: a text or none; whether nothing is to be written yet
-#}
{% macro enrollment_notice(late, experiment) %}
    {%- if not late -%}
        {{- return({'text': none, 'is_waiting': false}) -}}
    {%- endif -%}
    {%- set due = dbt_jetstream.parse_date(experiment.last_enrollment_date) -%}
    {%- set is_waiting = dbt_jetstream.as_of() < dbt_jetstream.wait_ends(due) -%}
    {%- set texts = [] -%}
    {%- for table in late -%}
        {%- do texts.append(dbt_jetstream.waiting_words(table, due, due) if is_waiting else dbt_jetstream.short_words(table)) -%}
    {%- endfor -%}
    {%- set notice = {'text': 'enrollments: ' ~ texts | join('; '), 'is_waiting': is_waiting} -%}
    {%- do dbt_jetstream.found_before().update({'notice': notice.text}) -%}
    {{- return(notice) -}}
{% endmacro %}
