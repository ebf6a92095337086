{#- Post-hook of a statistics view: export its rows as one JSON array, as Experimenter reads it. -#}
{% macro export_statistics() -%}
    {%- if execute -%}
        {%- set rows -%}
select
    * replace (
        {{ float_text('cast(parameter as ' ~ float_type() ~ ')') }} as parameter,
        cast(window_index as {{ dbt.type_string() }}) as window_index
    )
from {{ this }}
order by
    cast(window_index as {{ integer_type() }}),
    analysis_basis,
    segment,
    metric,
    statistic,
    parameter nulls last,
    branch,
    comparison nulls last,
    comparison_to_branch nulls last
        {%- endset -%}
        {{- write_json(rows, export_uri() ~ '/statistics/' ~ this.identifier ~ '.json', array=true) -}}
    {%- endif -%}
{%- endmacro %}
