{#- The series whose units may have to be read once more: all but those of flags, which are 0 and 1.

    Args: lock (dict), metrics (dict of relations by period), missing (dict of windows by period)
    Returns: list of series, see `numbered_series`; never empty
-#}
{% macro series_in_octaves(lock, metrics, missing) %}
    {%- set all, found = of_new_windows(numbered_series(lock), metrics, missing), [] -%}
    {%- for series in all[1:] -%}
        {%- set kinds = [] -%}
        {%- for period in series.periods if not series.joint -%}
            {%- do kinds.append(lock.columns[period][series.metric].dtype | upper) -%}
        {%- endfor -%}
        {%- set is_flag = kinds and not (kinds | reject('in', ['BOOL', 'BOOLEAN']) | list) -%}
        {%- if not is_flag or series.pre_treatments -%}
            {%- do found.append(series) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(found or all[:1]) -}}
{% endmacro %}
