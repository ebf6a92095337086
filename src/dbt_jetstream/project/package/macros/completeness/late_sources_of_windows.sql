{#- The CTE `late_sources_of_windows`: what each window waits for, and what it was computed without.

    Args: lock (dict, of the completeness node), late (list, see `late_telemetry`)
-#}
{% macro late_sources_of_windows(lock, late) -%}
{%- set text = dbt.type_string() -%}
{%- set columns = {
    'analysis_period': text,
    'window_index': dbt_jetstream.integer_type(),
    'data_source': text,
    'waiting': text,
    'shortage': text,
} -%}
{%- set rows = [] -%}
{%- for found in late -%}
    {%- set words = dbt_jetstream.late_notice(found, lock) -%}
    {%- set waits = [words, none] if found.is_waiting else [none, words] -%}
    {%- do rows.append([found.period, found.window, found.source] + waits) -%}
{%- endfor -%}
late_sources_of_windows as (
    select *
    from {{ dbt_jetstream.typed_rows('late', columns, rows) | indent(4) }}
)
{%- endmacro %}
