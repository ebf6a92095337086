{#- Write the rows of a query to a file: as one JSON array, or its only row as one JSON object.

    Args: query (str), uri (str), array (bool)
-#}
{% macro write_json(query, uri, array) -%}
    {{ return(adapter.dispatch('write_json', 'dbt_jetstream')(query, uri, array)) }}
{%- endmacro %}

{% macro default__write_json(query, uri, array) -%}
    {%- do exceptions.warn('No export to ' ~ uri ~ ': not built yet for ' ~ target.type) -%}
{%- endmacro %}

{% macro duckdb__write_json(query, uri, array) -%}
select export_text(
    '{{ uri | replace("'", "''") }}',
    {{ "coalesce(cast(to_json(list(exported)) as varchar), '[]')" if array else 'cast(to_json(any_value(exported)) as varchar)' }}
)
from (
    {{ query | indent(4) }}
) as exported
{%- endmacro %}
