{#- Export what Experimenter shows beside the numbers, after these: it fetches them once it sees this file's time.

    Args: statistics (dict of dbt's graph: the table's node; none in the post-hook that earlier locks have,
        which exports nothing)
-#}
{% macro export_metadata(statistics=none) -%}
    {%- if execute and statistics -%}
        {%- set slug = statistics.config.meta.experiment.slug -%}
        {%- set row -%}
select
            {%- for key, value in statistics.config.meta.metadata.items() %}
    {{ json_constant(tojson(value)) }} as {{ key }},
            {%- endfor %}
    {{ published_at(slug, logs_relation(statistics)) | indent(4) }} as analysis_start_time
        {%- endset -%}
        {{- write_json(row, export_uri() ~ '/metadata/metadata_' ~ normalised(slug) ~ '.json', array=false) -}}
    {%- endif -%}
{%- endmacro %}
