{#- Telemetry rows that an experiment's own exposure signal takes for exposure; one row per event.

    The signal sees its data source alone, so that it may name columns without a table.

    Args: signal (dict, from the lock), dates ({first, last}), telemetry (dict of relations)
-#}
{% macro signalled_exposures(signal, dates, telemetry) %}
select
    ds.{{ signal.unit_column }} as analysis_id,
    ds.{{ signal.date_column }} as submission_date
from {{ fragment(signal.from, telemetry) }} as ds
where
    ds.{{ signal.date_column }} between date '{{ dates.first }}' and date '{{ dates.last }}'
    and ({{ fragment(signal.sql, telemetry) }})
{%- endmacro %}
