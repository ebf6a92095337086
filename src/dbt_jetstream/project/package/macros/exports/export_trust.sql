{#- Post-hook of the trust checks: export the findings as one JSON array, in a stable order.

    Args: table (relation; by default the model's own)
-#}
{% macro export_trust(table=none) -%}
    {%- if execute -%}
        {%- set findings = table or this -%}
        {%- set rows -%}
select *
from {{ findings }}
order by
    {{ adapter.quote('check') }},
    analysis_basis nulls last,
    segment nulls last,
    day nulls last,
    analysis_period nulls last,
    window_index nulls last,
    data_source nulls last,
    metric nulls last,
    statistic nulls last,
    branch nulls last,
    comparison_to_branch nulls last
        {%- endset -%}
        {{- dbt_jetstream.write_json(rows, dbt_jetstream.export_uri() ~ '/trust/' ~ findings.identifier ~ '.json', array=true) -}}
    {%- endif -%}
{%- endmacro %}
