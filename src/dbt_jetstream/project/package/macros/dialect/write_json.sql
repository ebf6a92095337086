{#- Write the rows of a query to a file: as one JSON array, or its only row as one JSON object.

    On DuckDB a statement that does so, by a function of our plugin; dbt 2 has none, and `jetstream export` writes the
    files afterwards. On BigQuery it is done at once, and only a failure is left to run; but without this project's package,
    as in dbt Cloud, a statement writes the rows aside, under `json_lines/`, as objects a line.

    Args: query (str), uri (str), array (bool)
-#}
{% macro write_json(query, uri, array) -%}
    {#- `dbt build --empty` checks SQL; what it builds is no result -#}
    {%- if flags.EMPTY -%}
        {{- return('') -}}
    {%- endif -%}
    {{ return(adapter.dispatch('write_json', 'dbt_jetstream')(query, uri, array)) }}
{%- endmacro %}

{% macro bigquery__write_json(query, uri, array) -%}
    {%- if adapter.export_json is defined -%}
        {{- dbt_jetstream.failure(adapter.export_json(query, uri, array)) -}}
    {%- elif uri.startswith('gs://') -%}
        {{- dbt_jetstream.json_lines(query, uri) -}}
    {%- else -%}
        {%- do exceptions.warn('No export to ' ~ uri ~ ': set DBT_JETSTREAM_EXPORT_URI to gs://BUCKET/PREFIX') -%}
    {%- endif -%}
{%- endmacro %}

{% macro duckdb__write_json(query, uri, array) -%}
    {%- if not dbt_jetstream.is_dbt_1() -%}
        {%- do exceptions.warn('No export to ' ~ uri ~ ': dbt ' ~ dbt_version ~ ' has no plugins; run `jetstream export`') -%}
    {%- elif 'dbt_jetstream' not in target.plugins | default('', true) | string -%}
        {%- do exceptions.raise_compiler_error(
            'profiles.yml: plugins: exports are written by `- module: dbt_jetstream.duckdb_plugin`; add it to the target'
        ) -%}
    {%- else -%}
select export_text(
    '{{ uri | replace("'", "''") }}',
    {{ "coalesce(cast(to_json(list(exported)) as varchar), '[]')" if array else 'cast(to_json(any_value(exported)) as varchar)' }}
)
from (
    {{ query | indent(4) }}
) as exported
    {%- endif -%}
{%- endmacro %}
