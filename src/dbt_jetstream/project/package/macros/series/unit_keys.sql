{#- What a row of a metrics table is counted by: on DuckDB the number of its population, which is cheaper to group
    by than names are; on BigQuery the names themselves, for a CTE of numbers would be read anew for each use.

    Args: period (str), lock (dict)
-#}
{% macro unit_keys(period, lock) -%}
    {{- adapter.dispatch('unit_keys', 'dbt_jetstream')(period, lock) -}}
{%- endmacro %}

{% macro duckdb__unit_keys(period, lock) -%}
q.population
{%- endmacro %}

{% macro bigquery__unit_keys(period, lock) -%}
{{ dbt_jetstream.named_keys(period, lock) }}
{%- endmacro %}

{#- The names themselves, with what they are of a row. -#}
{% macro named_keys(period, lock) -%}
'{{ period }}' as analysis_period,
m.window_index,
m.analysis_basis,
m.branch
    {%- for segment in lock.segments %},
coalesce(m.{{ segment }}, false) as {{ segment }}
    {%- endfor %}
{%- endmacro %}

{#- The names of the columns of `unit_keys`. -#}
{% macro unit_key_names(lock) -%}
    {{- adapter.dispatch('unit_key_names', 'dbt_jetstream')(lock) -}}
{%- endmacro %}

{% macro duckdb__unit_key_names(lock) -%}
population
{%- endmacro %}

{% macro bigquery__unit_key_names(lock) -%}
{{ (['analysis_period', 'window_index', 'analysis_basis', 'branch'] + lock.segments) | join(', ') }}
{%- endmacro %}
