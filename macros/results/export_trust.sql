{#- Post-hook of the trust checks: export the findings as one JSON array, in a stable order. -#}
{% macro export_trust() -%}
    {%- if execute -%}
        {%- set rows -%}
select *
from {{ this }}
order by
    {{ adapter.quote('check') }},
    analysis_basis,
    segment,
    day,
    analysis_period,
    window_index,
    data_source,
    metric,
    statistic,
    branch,
    comparison_to_branch
        {%- endset -%}
        {{- write_json(rows, export_uri() ~ '/trust/' ~ this.identifier ~ '.json', array=true) -}}
    {%- endif -%}
{%- endmacro %}
