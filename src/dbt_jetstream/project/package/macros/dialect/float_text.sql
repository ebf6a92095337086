{#- A floating-point number as text; whole ones with one digit after the point, as `10.0`. -#}
{% macro float_text(value) -%}
    {{ return(adapter.dispatch('float_text', 'dbt_jetstream')(value)) }}
{%- endmacro %}

{% macro bigquery__float_text(value) -%}
    case
        when {{ value }} = trunc({{ value }}) and abs({{ value }}) < 1e15 then format('%.1f', {{ value }})
        else cast({{ value }} as string)
    end
{%- endmacro %}

{% macro duckdb__float_text(value) -%}
    cast({{ value }} as varchar)
{%- endmacro %}
