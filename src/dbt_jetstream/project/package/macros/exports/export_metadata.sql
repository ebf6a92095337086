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
    {{ dbt_jetstream.json_constant(tojson(value)) }} as {{ key }},
            {%- endfor %}
    {{ dbt_jetstream.published_at(slug, dbt_jetstream.logs_relation(statistics)) | indent(4) }} as analysis_start_time
        {%- endset -%}
        {{- dbt_jetstream.write_json(row, dbt_jetstream.export_uri() ~ '/metadata/metadata_' ~ dbt_jetstream.normalised(slug) ~ '.json', array=false) -}}
    {%- endif -%}
{%- endmacro %}
