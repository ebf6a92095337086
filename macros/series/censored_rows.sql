{#- A select like that of `unit_rows`, of values that depend on quantiles: of all units of a window, basis and segment.

    Each level of its subquery is one pre-treatment further. A ratio's denominator is treated among the
    units that its numerator's treatment has left.

    Reads: the metrics table as `m`; `populations`, on DuckDB; the metrics of earlier periods.
    Args: period (str), fields (list, names of columns), rows (list of lists of SQL over the columns that are
        made here: `values_<id>` of a series, `y_<id>` and `x_<id>` of a joint), lock (dict), metrics (dict of
        relations by period), missing (dict of windows by period)
-#}
{% macro censored_rows(period, fields, rows, lock, metrics, missing) -%}
{%- set steps = censoring_steps(period, lock) -%}
{%- set keys = unit_key_names(lock) ~ ', own_segment' -%}
{%- set pool = ['window_index', 'analysis_basis', 'own_segment'] -%}
{%- set kept = unit_key_names(lock).split(', ') + pool -%}
{%- set length = lock.periods[period].windows.length -%}
{%- set query = namespace(text='') -%}
{%- set query.text -%}
(
    select
        {{ unit_keys(period, lock) | indent(8) }},
        {%- if numbers_populations() %}
        m.window_index,
        m.analysis_basis,
        {%- endif %}
        segment as own_segment
        {%- for column, step in steps.items() %},
        {{ step.raw }} as {{ column }}
        {%- endfor %}
    from {{ metrics[period] }} as m
    {%- if numbers_populations() %}
    {{ populations_of_units(period, lock) | indent(4) }}
    {%- endif %}
    {{- covariates_of_units(steps | string, lock, metrics) | indent(4) }}
    cross join {{ segments(lock) }}
    where
        {{ counted_units(period, missing) | indent(8) }}
        and ({{ in_segment(lock, 'm') }})
) as units
{%- endset -%}
{%- for level in range(steps.values() | map(attribute='changes') | map('length') | max) -%}
    {%- set query.text -%}
(
    select
        {{ kept | unique | join(', ') }}
        {%- for column, step in steps.items() %}
            {%- set change = step.changes[level] if level < step.changes | length else none %},
        {{ column if change is none
            else 'case when ' ~ change.where ~ ' is not null then ' ~ column ~ ' end' if change.where
            else pre_treatment(change, length, column, pool | join(', ')) | trim }} as {{ column }}
        {%- endfor %}
    from {{ query.text | indent(4) }}
) as level_{{ level + 1 }}
    {%- endset -%}
{%- endfor -%}
select
    {{ keys }}
    {%- for field in fields %},
    crossed.{{ field }}
    {%- endfor %}
from {{ crossed_with_rows(query.text, fields, rows) }}
{%- endmacro %}
