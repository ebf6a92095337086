{#- Pre-hook of an incremental table: delete the windows that were made while a data source was absent, and those that
    lie past the experiment's end, which has moved.

    The run that deletes windows computes them again, but for those past the end. A table that is built anew has
    nothing to forget. The windows are named, so that BigQuery leaves the partitions of all others alone.
-#}
{% macro forget_incomplete_windows() -%}
    {%- if execute and dbt_jetstream.grows() and 'absent_sources' in dbt_jetstream.columns_before() -%}
        {%- set conditions = [dbt_jetstream.incomplete_window()] -%}
        {%- set lock = dbt_jetstream.definition() -%}
        {%- set last = dbt_jetstream.last_window(lock.windows) if lock.windows else none -%}
        {%- if last is not none -%}
            {%- do conditions.append('window_index > ' ~ last) -%}
        {%- endif -%}
        {%- for period, described in (lock.periods or {}).items() if described.windows -%}
            {%- set last = dbt_jetstream.last_window(described.windows) -%}
            {%- if last is not none -%}
                {%- do conditions.append("analysis_period = '" ~ period ~ "' and window_index > " ~ last) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- set stale = '(' ~ conditions | join(') or (') ~ ')' -%}
        {%- set found = 'select distinct window_index from ' ~ this ~ ' where ' ~ stale -%}
        {%- set windows = run_query(found).columns[0].values() | map('int') | list -%}
        {%- if windows -%}
delete from {{ this }}
where
    ({{ stale }})
    and window_index in ({{ windows | join(', ') }})
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
