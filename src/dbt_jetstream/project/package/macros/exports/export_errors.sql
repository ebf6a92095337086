{#- A statement that exports an experiment's problems as Experimenter reads them; without any, an empty array.

    Args: logs (relation), slug (str)
-#}
{% macro export_errors(logs, slug) -%}
    {%- set columns = dbt_jetstream.log_columns() | reject('equalto', 'analysis_period') | list -%}
    {%- set rows -%}
select
    {{ dbt_jetstream.published_at(slug, logs) | indent(4) }} as timestamp,
    {{ columns | join(',\n    ') }}
from {{ logs }}
where
    {{ dbt_jetstream.exported_problems(slug) | indent(4) }}
order by
    metric nulls last,
    statistic nulls last,
    analysis_basis nulls last,
    segment nulls last,
    analysis_period nulls last,
    func_name,
    message
    {%- endset -%}
    {%- set name = 'errors_' ~ dbt_jetstream.normalised(slug) -%}
    {{- dbt_jetstream.write_json(rows, dbt_jetstream.export_uri() ~ '/errors/' ~ name ~ '.json', array=true) -}}
{%- endmacro %}
