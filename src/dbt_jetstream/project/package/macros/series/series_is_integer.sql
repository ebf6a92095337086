{#- Whether a series' values are integers by their type, pre-treatments included.

    Args: period (str), series (dict, see `numbered_series`), lock (dict, see `with_columns`)
-#}
{% macro series_is_integer(period, series, lock) -%}
    {%- if series.id == 0 -%}
        {{- return(true) -}}
    {%- endif -%}
    {%- set joint = series.joint or {} -%}
    {%- set source = joint.period if joint.role == 'covariate' and series.side == 'x' else period -%}
    {%- set name = joint[series.side] if series.joint else series.metric -%}
    {%- set changes = series.pre_treatments | selectattr('name', 'in', ['normalize_over_analysis_period', 'log']) -%}
    {%- set is_changed = changes | list | length > 0 and not (joint.role == 'covariate' and series.side == 'x') -%}
    {%- set column = lock.columns[source][name] -%}
    {{- return(not is_changed and (column.is_integer() or dbt_jetstream.is_flag(column))) -}}
{%- endmacro %}
