{#- The windows to compute, one row each; no row where none is due.

    Args: windows (list of {index, start, end})
-#}
{% macro analysis_windows(windows) -%}
    {%- for window in windows or [{'index': 0, 'start': 0, 'end': 0}] %}
select
    {{ window.index }} as window_index,
    {{ window.start }} as analysis_window_start,
    {{ window.end }} as analysis_window_end
        {%- if not windows %}
from (select 1 as nothing_due) as nothing_due
where false
        {%- endif %}
        {%- if not loop.last %}
union all
        {%- endif %}
    {%- endfor -%}
{%- endmacro %}
