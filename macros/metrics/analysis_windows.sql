{#- The windows to compute, one row each; no row where none is due.

    With an experiment's own exposure signal, each carries the dates on which it counts.

    Args: windows (list of {index, start, end}), lock (dict)
-#}
{% macro analysis_windows(windows, lock) -%}
    {%- for window in windows or [{'index': 0, 'start': 0, 'end': 0}] %}
select
    {{ window.index }} as window_index,
    {{ window.start }} as analysis_window_start,
    {{ window.end }} as analysis_window_end
        {%- if lock.exposure_signal %}
        {%- set dates = exposure_dates(lock.exposure_signal, lock.experiment, window) -%}
        ,
    date '{{ dates.first }}' as first_exposure_date,
    date '{{ dates.last }}' as last_exposure_date
        {%- endif %}
        {%- if not windows %}
from (select 1 as nothing_due) as nothing_due
where false
        {%- endif %}
        {%- if not loop.last %}
union all
        {%- endif %}
    {%- endfor -%}
{%- endmacro %}
