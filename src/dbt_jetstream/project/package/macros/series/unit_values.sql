{#- The CTE `unit_values`: the value of every unit of a new window in each series, null where it has none.

    Makes: unit_values (unit_keys, series_id, is_integer, value, and `units` where values are counted).
    Args: wanted (list of series, see `numbered_series`), lock (dict), metrics (dict of relations by period),
        missing (dict of windows by period), is_counted (bool: integers are counted by value at once)
-#}
{% macro unit_values(wanted, lock, metrics, missing, is_counted=false) -%}
{%- set fields = ['series_id', 'is_integer', 'value'] -%}
{%- set selects = [] -%}
{%- for period in missing or metrics -%}
    {%- set flags, integers, others, censored = [], [], [], [] -%}
    {%- for series in wanted if period in series.periods -%}
        {%- set is_integer = dbt_jetstream.series_is_integer(period, series, lock) -%}
        {%- set about = [series.id | string, is_integer | string | lower] -%}
        {%- if dbt_jetstream.is_censored(series) -%}
            {%- do censored.append(about + [dbt_jetstream.censored_value(series, lock)]) -%}
        {%- else -%}
            {%- set value = dbt_jetstream.series_value(period, series, lock) -%}
            {%- if is_counted and dbt_jetstream.series_is_flag(period, series, lock) -%}
                {%- do flags.append(about + ['0', dbt_jetstream.unit_count(value ~ ' = 0')]) -%}
                {%- do flags.append(about + ['1', dbt_jetstream.unit_count(value ~ ' = 1')]) -%}
            {%- else -%}
                {%- do (integers if is_integer and is_counted else others).append(about + [value]) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if flags -%}
        {%- set rows = dbt_jetstream.unit_rows(period, fields + ['units'], flags, lock, metrics, missing) -%}
        {%- do selects.append(dbt_jetstream.added_rows(rows, dbt_jetstream.unit_keys(period, lock))) -%}
    {%- endif -%}
    {%- if integers -%}
        {%- set rows = dbt_jetstream.unit_rows(period, fields, integers, lock, metrics, missing) -%}
        {%- do selects.append(dbt_jetstream.counted_rows(rows, lock)) -%}
    {%- endif -%}
    {%- if others -%}
        {%- set rows = dbt_jetstream.unit_rows(period, fields, others, lock, metrics, missing) -%}
        {%- do selects.append(dbt_jetstream.single_rows(rows) if is_counted else rows) -%}
    {%- endif -%}
    {%- if censored -%}
        {%- set rows = dbt_jetstream.censored_rows(period, fields, censored, lock, metrics, missing) -%}
        {%- do selects.append(dbt_jetstream.single_rows(rows) if is_counted else rows) -%}
    {%- endif -%}
{%- endfor -%}
{{ dbt_jetstream.united('unit_values', selects) }}
{%- endmacro %}

{#- Whether integers are counted by value before anything else, for they repeat. On BigQuery it would be one reading
    of the metrics table more. -#}
{% macro counts_integers() -%}
    {{- return(target.type == 'duckdb') -}}
{%- endmacro %}

{#- Of how many units a condition holds. -#}
{% macro unit_count(condition) -%}
count(case when {{ condition }} then 1 end)
{%- endmacro %}

{#- A select of the values that are known beforehand, with the units that were added up. -#}
{% macro added_rows(rows, keys) -%}
select *
from (
    {{ rows | indent(4) }}
    group by {{ keys }}
) as rows_of_counts
where units > 0
{%- endmacro %}

{#- A select of distinct values, and how many units have each. -#}
{% macro counted_rows(rows, lock) -%}
{%- set keys = dbt_jetstream.unit_key_names(lock) ~ (', own_segment' if dbt_jetstream.has_censored(lock)) ~ ', series_id, is_integer, value' -%}
select
    {{ keys }},
    count(*) as units
from (
    {{ rows | indent(4) }}
) as rows_of_units
where value is not null
group by {{ keys }}
{%- endmacro %}

{#- A select of values, each of one unit. -#}
{% macro single_rows(rows) -%}
select
    *,
    1 as units
from (
    {{ rows | indent(4) }}
) as rows_of_units
{%- endmacro %}

{#- A series' value as a column of `censored_rows`. -#}
{% macro censored_value(series, lock) -%}
    {%- if series.joint -%}
        {%- for joint in dbt_jetstream.numbered_joints(lock)
            if (joint.metric, joint.series) == (series.joint.metric, series.joint.series) -%}
case when {{ 'x' if series.side == 'y' else 'y' }}_{{ joint.id }} is not null then {{ series.side }}_{{ joint.id }} end
        {%- endfor -%}
    {%- else -%}
values_{{ series.id }}
    {%- endif -%}
{%- endmacro %}

{#- A CTE of all rows of several selects. -#}
{% macro united(name, selects) -%}
{{ name }} as (
    {%- for select in selects %}
    {{ select | indent(4) }}
        {%- if not loop.last %}
    union all
        {%- endif %}
    {%- endfor %}
)
{%- endmacro %}
