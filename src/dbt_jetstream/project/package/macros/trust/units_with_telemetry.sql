{#- The CTEs `sent_<n>`, one for each data source: the enrolled units of whom it has a row on or after their enrollment
    date, and (`in_<period>`) whether it has one in the window whose sanity is looked at; and all of these units.

    Makes: sent_<n> (analysis_id, branch, in_<period>...), units_with_telemetry (data_source, analysis_id, branch).
    Args: client_days (dict of relations by data source), windows (dict of {index, start, end} by period),
        experiment (dict, from the lock)
-#}
{% macro units_with_telemetry(client_days, windows, experiment) -%}
{%- for relation in client_days.values() %}
sent_{{ loop.index }} as {{ dbt_jetstream.stored() }} (
    select
        analysis_id,
        branch
        {%- for period, window in windows.items() %},
        max(
            case
                when
                    submission_date between {{ dbt_jetstream.add_days('enrollment_date', window.start) }}
                    and {{ dbt_jetstream.add_days('enrollment_date', window.end) }}
                    and {{ dbt_jetstream.is_read_of_window('submission_date', window, experiment) | indent(20) }}
                    then 1
                else 0
            end
        ) = 1 as in_{{ period }}
        {%- endfor %}
    from {{ relation }}
    where
        submission_date >= date '{{ experiment.start_date }}'
        and submission_date >= enrollment_date
    group by analysis_id, branch
),

{% endfor -%}
units_with_telemetry as (
    {%- for source in client_days %}
    select
        {{ dbt_jetstream.text_literal(source) }} as data_source,
        analysis_id,
        branch
    from sent_{{ loop.index }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)
{%- endmacro %}

{#- Whether windows read telemetry of a date: dates of a custom enrollment query may lie outside the enrollment dates. -#}
{% macro is_read_of_window(date, window, experiment) -%}
{{ date }} between date '{{ dbt_jetstream.parse_date(experiment.start_date) + dbt_jetstream.days(window.start) }}'
and date '{{ dbt_jetstream.parse_date(experiment.last_enrollment_date) + dbt_jetstream.days(window.end) }}'
{%- endmacro %}
