{#- Give integer sums BigQuery's type, INT64, where the target's SUM returns a wider one. -#}
{% macro narrow_integers() -%}
    {{ return(adapter.dispatch('narrow_integers', 'dbt_jetstream')()) }}
{%- endmacro %}

{% macro default__narrow_integers() -%}
{%- endmacro %}

{% macro duckdb__narrow_integers() -%}
    {%- if execute -%}
        {%- for column in adapter.get_columns_in_relation(this) if column.dtype == 'HUGEINT' -%}
            {%- do run_query('alter table ' ~ this ~ ' alter ' ~ column.quoted ~ ' type bigint') -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
