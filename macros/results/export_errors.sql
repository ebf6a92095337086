{#- A statement that exports an experiment's problems as Experimenter reads them; without any, an empty array.

    Args: logs (relation), slug (str)
-#}
{% macro export_errors(logs, slug) -%}
    {%- set columns = log_columns() | reject('equalto', 'analysis_period') | list -%}
    {%- set rows -%}
select
    {{ published_at(slug, logs) | indent(4) }} as timestamp,
    {{ columns | join(',\n    ') }}
from {{ logs }}
where
    {{ exported_problems(slug) | indent(4) }}
order by
    metric nulls last,
    statistic nulls last,
    analysis_basis nulls last,
    segment nulls last,
    analysis_period nulls last,
    func_name,
    message
    {%- endset -%}
    {%- set name = 'errors_' ~ normalised(slug) -%}
    {{- write_json(rows, export_uri() ~ '/errors/' ~ name ~ '.json', array=true) -}}
{%- endmacro %}
