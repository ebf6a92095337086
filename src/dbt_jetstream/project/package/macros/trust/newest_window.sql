{#- The newest window that a period's metrics hold, of those with all data sources if there is one; none where
    they hold none.

    Args: metrics (relation)
    Returns: int or none
-#}
{% macro newest_window(metrics) %}
    {%- set query -%}
select coalesce(max(case when absent_sources = '' then window_index end), max(window_index)) as newest
from {{ metrics }}
    {%- endset -%}
    {{- return(run_query(query).rows[0][0]) -}}
{% endmacro %}
