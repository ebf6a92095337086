{#- A CTE with the rows of a table of all periods that are of new windows.

    Args: name (str, of the CTE), relation (relation), missing (dict of windows by period), metrics (dict of
        relations by period)
-#}
{% macro new_rows(name, relation, missing, metrics) -%}
{{ name }} as (
    select *
    from {{ relation }}
    where
        false
        {%- for period in missing or metrics %}
        or (
            analysis_period = '{{ period }}'
            and window_index in ({{ missing.get(period, []) | map(attribute='index') | join(', ') or 'null' }})
        )
        {%- endfor %}
)
{%- endmacro %}
