{#- What to say of enrollments whose telemetry is late; the end of the run says it, whatever rows there are.

    Args: late (list, see `late_enrollment_tables`), experiment (dict, from the lock)
    Returns: {text, is_waiting}: a text or none; whether nothing is to be written yet
-#}
{% macro enrollment_notice(late, experiment) %}
    {%- if not late -%}
        {{- return({'text': none, 'is_waiting': false}) -}}
    {%- endif -%}
    {%- set due = parse_date(experiment.last_enrollment_date) -%}
    {%- set is_waiting = as_of() < wait_ends(due) -%}
    {%- set texts = [] -%}
    {%- for table in late -%}
        {%- do texts.append(waiting_words(table, due, due) if is_waiting else short_words(table)) -%}
    {%- endfor -%}
    {%- set notice = {'text': 'enrollments: ' ~ texts | join('; '), 'is_waiting': is_waiting} -%}
    {%- do found_before().update({'notice': notice.text}) -%}
    {{- return(notice) -}}
{% endmacro %}
