{#- A text that changes where the rows of a query do, whatever their order.

    Args: query (str, whose rows differ from each other)
-#}
{% macro rows_fingerprint(query) -%}
    {{ return(adapter.dispatch('rows_fingerprint', 'dbt_jetstream')(query)) }}
{%- endmacro %}

{% macro bigquery__rows_fingerprint(query) -%}
(
    select concat(count(*), '-', coalesce(bit_xor(farm_fingerprint(to_json_string(printed))), 0))
    from ({{ query }}) as printed
)
{%- endmacro %}

{% macro duckdb__rows_fingerprint(query) -%}
(
    select concat(count(*), '-', coalesce(bit_xor(hash(printed)), 0))
    from ({{ query }}) as printed
)
{%- endmacro %}
