{#- A condition for the client days that no window has been computed from.

    A window is computed only after the tests of its days have passed: those days need no second test.
    `dbt test` and builds with `--full-refresh` test all days.

    Args: relation (of client days)
    Returns: str, SQL
-#}
{% macro untested_days(relation) %}
    {%- set node = dbt_jetstream.node_of(relation) if execute and flags.WHICH == 'build' and not flags.FULL_REFRESH else none -%}
    {%- set newest = [] -%}
    {%- for child in dbt_jetstream.children(node) if child.config.meta.windows -%}
        {%- set query = dbt_jetstream.current_rows(child, 'max(analysis_window_end) as newest') -%}
        {%- do newest.append(query ~ " and absent_sources = ''") if query -%}
    {%- endfor -%}
    {%- set query = 'select max(newest) as newest from (' ~ newest | join(' union all ') ~ ') as periods' -%}
    {%- set days = run_query(query).rows[0][0] if newest else none -%}
    {%- if days is none -%}
        {{- return('true') -}}
    {%- endif -%}
    {%- set last_day = dbt_jetstream.parse_date(dbt_jetstream.definition_of(node).experiment.last_enrollment_date) + dbt_jetstream.days(days | int) -%}
    {{- return("submission_date > date '" ~ last_day ~ "'") -}}
{% endmacro %}
