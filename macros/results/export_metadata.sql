{#- Post-hook of the statistics table: export what Experimenter shows beside the numbers.

    Args: described (dict, the node's definition; by default the model's own)
-#}
{% macro export_metadata(described=none) -%}
    {%- if execute -%}
        {%- set lock = described or definition() -%}
        {%- set name = 'metadata_' ~ normalised(lock.experiment.slug) -%}
        {%- set analysed = as_of() + modules.datetime.timedelta(days=1) -%}
        {%- set metadata = dict(lock.metadata, analysis_start_time=analysed ~ 'T00:00:00Z') -%}
        {%- set row -%}
select
            {%- for key, value in metadata.items() %}
    {{ json_constant(tojson(value)) }} as {{ key }}{{ ',' if not loop.last }}
            {%- endfor %}
        {%- endset -%}
        {{- write_json(row, export_uri() ~ '/metadata/' ~ name ~ '.json', array=false) -}}
    {%- endif -%}
{%- endmacro %}
