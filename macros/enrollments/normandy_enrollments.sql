{#- Enrollments of desktop experiments, from Normandy's enroll events.

    Args: experiment (dict), enrollment (dict), events (relation)
-#}
{% macro normandy_enrollments(experiment, enrollment, events) %}
select
    {{ experiment.analysis_unit }} as analysis_id,
    {{ map_value('event_map_values', 'branch') }} as branch,
    min(submission_date) as enrollment_date,
    count(submission_date) as num_enrollment_events
from {{ events }}
where
    event_category = 'normandy'
    and event_method = 'enroll'
    and event_string_value = '{{ experiment.slug }}'
    and submission_date between {{ enrollment_dates(experiment) }}
    and sample_id < {{ enrollment.sample_size }}
group by 1, 2
{%- endmacro %}
