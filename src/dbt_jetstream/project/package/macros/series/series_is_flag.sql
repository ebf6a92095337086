{#- Whether a series' values are 0 and 1 alone, or 0 alone for that of the units themselves.

    Args: period (str), series (dict, see `numbered_series`), lock (dict, see `with_columns`)
-#}
{% macro series_is_flag(period, series, lock) -%}
    {%- if series.id == 0 -%}
        {{- return(true) -}}
    {%- endif -%}
    {%- if series.joint or series.pre_treatments -%}
        {{- return(false) -}}
    {%- endif -%}
    {{- return(dbt_jetstream.is_flag(lock.columns[period][series.metric])) -}}
{%- endmacro %}
