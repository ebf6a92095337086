{#- Post-hook of a statistics view: export its rows as one JSON array, as Experimenter reads it.

    Args: table (relation; by default the model's own)
-#}
{% macro export_statistics(table=none) -%}
    {%- if execute -%}
        {%- set statistics = table or this -%}
        {%- set rows -%}
select
    * replace (
        {{ dbt_jetstream.float_text('cast(parameter as ' ~ dbt_jetstream.float_type() ~ ')') }} as parameter,
        cast(window_index as {{ dbt.type_string() }}) as window_index
    )
from {{ statistics }}
order by
    cast(window_index as {{ dbt_jetstream.integer_type() }}),
    analysis_basis,
    segment,
    metric,
    statistic,
    cast(parameter as {{ dbt_jetstream.float_type() }}) nulls last,
    branch,
    comparison nulls last,
    comparison_to_branch nulls last
        {%- endset -%}
        {{- dbt_jetstream.write_json(rows, dbt_jetstream.export_uri() ~ '/statistics/' ~ statistics.identifier ~ '.json', array=true) -}}
    {%- endif -%}
{%- endmacro %}
