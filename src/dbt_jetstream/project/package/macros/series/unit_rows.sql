{#- A select that gives rows of every unit of a period's new windows, all from one reading of its metrics.

    Reads: the metrics table as `m`; `populations`, on DuckDB; the metrics of earlier periods that expressions
    name (`covariate_table`).
    Args: period (str), fields (list, names of columns), rows (list of lists of SQL, a value for each field),
        lock (dict), metrics (dict of relations by period), missing (dict of windows by period)
-#}
{% macro unit_rows(period, fields, rows, lock, metrics, missing) -%}
    {{- adapter.dispatch('unit_rows', 'dbt_jetstream')(period, fields, rows, lock, metrics, missing) -}}
{%- endmacro %}

{% macro duckdb__unit_rows(period, fields, rows, lock, metrics, missing) -%}
select
    {{ dbt_jetstream.unit_keys(period, lock) }}
    {%- if dbt_jetstream.has_censored(lock) %},
    cast(null as varchar) as own_segment
    {%- endif %}
    {{- dbt_jetstream.unnested_lists(fields, rows) | indent(4) }}
from {{ metrics[period] }} as m
{{ dbt_jetstream.populations_of_units(period, lock) }}
{{- dbt_jetstream.covariates_of_units(rows | string, lock, metrics) }}
where m.window_index in ({{ missing.get(period, []) | map(attribute='index') | join(', ') or 'null' }})
{%- endmacro %}

{% macro bigquery__unit_rows(period, fields, rows, lock, metrics, missing) -%}
select
    {{ dbt_jetstream.unit_keys(period, lock) | indent(4) }}
    {%- if dbt_jetstream.has_censored(lock) %},
    cast(null as string) as own_segment
    {%- endif %}
    {%- for field in fields %},
    v.{{ field }}
    {%- endfor %}
from {{ metrics[period] }} as m
{{- dbt_jetstream.covariates_of_units(rows | string, lock, metrics) }}
cross join {{ dbt_jetstream.unnested_structs(fields, rows) }} as v
where
    {{ dbt_jetstream.counted_units(period, missing) | indent(4) }}
{%- endmacro %}

{#- The join that finds the population of each unit, and leaves out those that their basis does not hold. -#}
{% macro populations_of_units(period, lock) -%}
inner join populations as q
    on q.analysis_period = '{{ period }}'
    and q.window_index = m.window_index
    and q.analysis_basis = m.analysis_basis
    and q.branch = m.branch
    {%- for segment in lock.segments %}
    and q.{{ segment }} = coalesce(m.{{ segment }}, false)
    {%- endfor %}
    and q.is_counted = (m.analysis_basis = 'enrollments' or m.exposure_date is not null)
{%- endmacro %}

{#- The joins with the metrics before enrollment that some text names. -#}
{% macro covariates_of_units(text, lock, metrics) -%}
    {%- for period in metrics if dbt_jetstream.covariate_table(period) ~ '.' in text %}
        {%- set table = dbt_jetstream.covariate_table(period) %}
left join {{ metrics[period] }} as {{ table }}
    on {{ table }}.analysis_id = m.analysis_id
    and {{ table }}.branch = m.branch
    and {{ table }}.analysis_basis = 'enrollments'
    and {{ table }}.window_index = 1
    {%- endfor %}
{%- endmacro %}
