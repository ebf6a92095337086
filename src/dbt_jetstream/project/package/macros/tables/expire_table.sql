{#- Post-hook of a table that later tables are made from: let it expire once nobody needs it any more.

    That is `jetstream_days_kept` days after the experiment's end, or after the last run, where that is later;
    never while the experiment has no end, or where the variable is null. Each run sets it anew, so that it
    follows the end date. Only BigQuery's tables expire. One that has is built anew, from telemetry.
-#}
{% macro expire_table() -%}
    {{ return(adapter.dispatch('expire_table', 'dbt_jetstream')()) }}
{%- endmacro %}

{% macro default__expire_table() -%}
{%- endmacro %}

{% macro bigquery__expire_table() -%}
    {%- if execute -%}
        {%- set expires = dbt_jetstream.expiration_date(dbt_jetstream.definition().experiment) -%}
alter table {{ this }}
set options (expiration_timestamp = {{ "timestamp '" ~ expires ~ " 00:00:00+00'" if expires else 'null' }})
    {%- endif -%}
{%- endmacro %}
