{#- A condition for the windows of a period's metrics that have not been counted in bins.

    They are counted only after the tests of the metrics have passed: a window that is counted
    needs no second test. `dbt test` and builds with `--full-refresh` test all windows.

    Args: relation (of a period's metrics)
    Returns: str, SQL
-#}
{% macro untested_windows(relation) %}
    {%- set node = dbt_jetstream.node_of(relation) if execute and flags.WHICH == 'build' and not flags.FULL_REFRESH else none -%}
    {%- for child in dbt_jetstream.children(node) if child.name.startswith('bins_') -%}
        {%- set counted = dbt_jetstream.current_rows(child, 'distinct window_index') -%}
        {%- if counted -%}
            {%- set of_period = " and analysis_period = '" ~ node.config.meta.period ~ "' and absent_sources = ''" -%}
            {%- set windows = run_query(counted ~ of_period).columns[0].values() | map('int') | list -%}
            {{- return('window_index not in (' ~ windows | join(', ') ~ ')' if windows else 'true') -}}
        {%- endif -%}
    {%- endfor -%}
    {{- return('true') -}}
{% endmacro %}
