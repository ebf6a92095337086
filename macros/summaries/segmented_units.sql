{#- The units of new windows, once per segment that they belong to, as far as their basis holds them.

    Args: metrics (relation), windows (list of {index, start, end}), segments (list)
-#}
{% macro segmented_units(metrics, windows, segments) %}
select
    m.*,
    {{ 's.segment' if segments else "'all' as segment" }}
from {{ metrics }} as m
{%- if segments %}
inner join segments as s
    on s.segment = 'all'
    {%- for segment in segments %}
    or (s.segment = '{{ segment }}' and m.{{ segment }})
    {%- endfor %}
{%- endif %}
where
    m.window_index in ({{ windows | map(attribute='index') | join(', ') or 'null' }})
    and (m.analysis_basis = 'enrollments' or m.exposure_date is not null)
{%- endmacro %}
