{#- Telemetry rows that an experiment's own exposure signal takes for exposure; one row per event.

    The signal sees its data source alone, so that it may name columns without a table. One that fails in the run and
    is left out of it took nothing for exposure.

    Args: signal (dict, from the lock), dates ({first, last}), telemetry (dict of relations)
-#}
{% macro signalled_exposures(signal, dates, telemetry) %}
{%- if signal.is_left_out %}
select
    cast(null as {{ dbt.type_string() }}) as analysis_id,
    cast(null as date) as submission_date
from (select 1 as one) as nothing
where false
{%- else %}
select
    ds.{{ signal.unit_column }} as analysis_id,
    ds.{{ signal.date_column }} as submission_date
from {{ dbt_jetstream.fragment(signal.from, telemetry) }} as ds
where
    ds.{{ signal.date_column }} between date '{{ dates.first }}' and date '{{ dates.last }}'
    and ({{ dbt_jetstream.fragment(signal.sql, telemetry) }})
{%- endif %}
{%- endmacro %}
