{#- A select like that of `unit_rows`, of values that depend on quantiles: of all units of a window, basis and segment.

    Each level of its subquery is one pre-treatment further. A ratio's denominator is treated among the
    units that its numerator's treatment has left.

    Reads: the metrics table as `m`; `populations`, on DuckDB; the metrics of earlier periods.
    Args: period (str), fields (list, names of columns), rows (list of lists of SQL over the columns that are
        made here: `values_<id>` of a series, `y_<id>` and `x_<id>` of a joint), lock (dict), metrics (dict of
        relations by period), missing (dict of windows by period)
-#}
{% macro censored_rows(period, fields, rows, lock, metrics, missing) -%}
{%- set steps = dbt_jetstream.censoring_steps(period, lock) -%}
{%- set keys = dbt_jetstream.unit_key_names(lock) ~ ', own_segment' -%}
{%- set pool = ['window_index', 'analysis_basis', 'own_segment'] -%}
{%- set kept = dbt_jetstream.unit_key_names(lock).split(', ') + pool -%}
{%- set length = lock.periods[period].windows.length -%}
{%- set query = namespace(text='') -%}
{%- set query.text -%}
(
    select
        {{ dbt_jetstream.unit_keys(period, lock) | indent(8) }},
        {%- if dbt_jetstream.numbers_populations() %}
        m.window_index,
        m.analysis_basis,
        {%- endif %}
        segment as own_segment
        {%- for column, step in steps.items() %},
        {{ step.raw }} as {{ column }}
        {%- endfor %}
    from {{ metrics[period] }} as m
    {%- if dbt_jetstream.numbers_populations() %}
    {{ dbt_jetstream.populations_of_units(period, lock) | indent(4) }}
    {%- endif %}
    {{- dbt_jetstream.covariates_of_units(steps | string, lock, metrics) | indent(4) }}
    cross join {{ dbt_jetstream.segments(lock) }}
    where
        {{ dbt_jetstream.counted_units(period, missing) | indent(8) }}
        and ({{ dbt_jetstream.in_segment(lock, 'm') }})
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
            else dbt_jetstream.pre_treatment(change, length, column, pool | join(', ')) | trim }} as {{ column }}
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
from {{ dbt_jetstream.crossed_with_rows(query.text, fields, rows) }}
{%- endmacro %}
