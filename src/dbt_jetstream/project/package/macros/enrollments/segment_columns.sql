{#- One boolean column per segment of a data source, decided in the days around enrollment.

    No day is later than the last enrollment date, on which enrollments are due: so a table written
    late equals the one written in time.

    Args: source (dict, from the lock), experiment (dict), telemetry (dict of relations)
-#}
{% macro segment_columns(source, experiment, telemetry) %}
    {%- set date_column = 'ds.' ~ source.date_column %}
    {%- set first_date = dbt_jetstream.parse_date(experiment.start_date) %}
    {%- set last_date = dbt_jetstream.parse_date(experiment.last_enrollment_date) %}
-- a segment that is no boolean fails here, and not in all that reads it
select
    e.analysis_id,
    e.branch,
    {%- for segment in source.segments %}
    {{ dbt_jetstream.as_flag(dbt_jetstream.fragment(segment.sql)) }} as {{ segment.name }}{{ ',' if not loop.last }}
    {%- endfor %}
from enrolled_units as e
left join {{ dbt_jetstream.fragment(source.from, telemetry) }} as ds
    on ds.{{ source.unit_column }} = e.analysis_id
    and {{ date_column }} >= date '{{ first_date + dbt_jetstream.days(source.window_start) }}'
    and {{ date_column }} <= date '{{ last_date + dbt_jetstream.days([source.window_end, 0] | min) }}'
    and {{ date_column }} >= {{ dbt_jetstream.add_days('e.enrollment_date', source.window_start) }}
    and {{ date_column }} <= {{ dbt_jetstream.add_days('e.enrollment_date', source.window_end) }}
group by e.analysis_id, e.branch
{%- endmacro %}
