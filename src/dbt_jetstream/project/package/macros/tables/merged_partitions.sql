{#- Conditions of a merge that name, as constants, what of the target can match the new rows.

    A partition, or a window of a table that is clustered by windows. A row whose value is null matches
    none, as in the rest of the condition. Without new rows nothing matches, and the target is not read.

    Args: source (str, the new rows, in parentheses), unique_key (list)
    Returns: list of str; empty where all of the target can match
-#}
{% macro merged_partitions(source, unique_key) %}
    {%- set partition = adapter.parse_partition_by(config.get('partition_by')) -%}
    {%- set column = partition.field if partition else ('window_index' if 'window_index' in (unique_key or [])) -%}
    {%- if partition and partition.data_type not in ['date', 'int64'] -%}
        {{- return([]) -}}
    {%- endif -%}
    {%- if not column -%}
        {%- set rows = run_query('select 1 as one from ' ~ source ~ ' limit 1').rows -%}
        {{- return([] if rows else ['false']) -}}
    {%- endif -%}
    {%- set query -%}
select distinct {{ column }} as value
from {{ source }}
where {{ column }} is not null
order by value
    {%- endset -%}
    {%- set is_date = partition.data_type == 'date' if partition else false -%}
    {%- set values = [] -%}
    {%- for value in run_query(query).columns[0].values() -%}
        {%- do values.append("date '" ~ value ~ "'" if is_date else value | int) -%}
    {%- endfor -%}
    {{- return(['DBT_INTERNAL_DEST.' ~ column ~ ' in (' ~ values | join(', ') ~ ')'] if values else ['false']) -}}
{% endmacro %}
