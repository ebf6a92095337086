{#- The windows to compute, one row each; no row where none is due.

    With an experiment's own exposure signal, each carries the dates on which it counts. Rows of an array, for a
    period may have hundreds, and BigQuery plans each select of a union.

    Args: windows (list of {index, start, end}), lock (dict)
-#}
{% macro analysis_windows(windows, lock) -%}
    {%- set whole = 'int64' if target.type == 'bigquery' else 'integer' -%}
    {%- set names = ['window_index', 'analysis_window_start', 'analysis_window_end'] -%}
    {%- set columns, rows = dict.fromkeys(names, whole), [] -%}
    {%- if lock.exposure_signal -%}
        {%- do columns.update(first_exposure_date='date', last_exposure_date='date') -%}
    {%- endif -%}
    {%- for window in windows or [{'index': 0, 'start': 0, 'end': 0}] -%}
        {%- set row = [window.index, window.start, window.end] -%}
        {%- if lock.exposure_signal -%}
            {%- set dates = dbt_jetstream.exposure_dates(lock.exposure_signal, lock.experiment, window) -%}
            {%- do row.extend([dates.first | string, dates.last | string]) -%}
        {%- endif -%}
        {%- do rows.append(row) -%}
    {%- endfor %}
select *
from {{ dbt_jetstream.typed_rows('windows_due', columns, rows) }}
    {%- if not windows %}
where false
    {%- endif %}
{%- endmacro %}
