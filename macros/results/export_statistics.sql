{#- Post-hook of a statistics view: export its rows as one JSON array, as Experimenter reads it. -#}
{% macro export_statistics() -%}
    {%- if execute -%}
        {%- set rows -%}
select
    * replace (
        cast(cast(parameter as {{ float_type() }}) as {{ dbt.type_string() }}) as parameter,
        cast(window_index as {{ dbt.type_string() }}) as window_index
    )
from {{ this }}
order by
    cast(window_index as {{ integer_type() }}),
    analysis_basis,
    segment,
    metric,
    statistic,
    parameter,
    branch,
    comparison,
    comparison_to_branch
        {%- endset -%}
        {{- write_json(rows, export_uri() ~ '/statistics/' ~ this.identifier ~ '.json', array=true) -}}
    {%- endif -%}
{%- endmacro %}
