{#- The dates on which an experiment's own exposure signal counts for an analysis window.

    Numbers count days from the first enrollment date. A signal without an end, or with an end of
    0, lasts as long as enrollment. No date is later than the one on which the window is due: so a
    window computed late equals the one computed in time.

    Args: signal (dict, from the lock), experiment (dict), window ({start, end})
    Returns: {first, last}, dates, inclusive
-#}
{% macro exposure_dates(signal, experiment, window) %}
    {%- set first_enrollment = dbt_jetstream.parse_date(experiment.start_date) -%}
    {%- set last_enrollment = dbt_jetstream.parse_date(experiment.last_enrollment_date) -%}
    {%- set enrollment_days = (last_enrollment - first_enrollment).days -%}
    {%- set named = {
        'enrollment_start': 0,
        'enrollment_end': enrollment_days,
        'analysis_window_start': window.start + enrollment_days,
        'analysis_window_end': window.end + enrollment_days,
    } -%}
    {%- set start = named.get(signal.window_start, signal.window_start) or 0 -%}
    {%- set end = named.get(signal.window_end, signal.window_end) or enrollment_days -%}
    {%- set due = last_enrollment + dbt_jetstream.days([window.end, 0] | max) -%}
    {{- return({
        'first': first_enrollment + dbt_jetstream.days(start),
        'last': [first_enrollment + dbt_jetstream.days(end), due] | min,
    }) -}}
{% endmacro %}
