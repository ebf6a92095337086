{#- A query that gathers the windows of rows that agree otherwise, and adds them to their message:
    "(window 3)", "(windows 1 to 5, 7)".

    Args: query (str, with `columns`, `message` and `window_index`), columns (list)
-#}
{% macro window_ranges(query, columns) -%}
{%- set keys = columns | join(', ') ~ ', message' -%}
{#- with the table: the new message hides the old one where GROUP BY names it alone -#}
{%- set named = 'stretches.' ~ columns | join(',\n    stretches.') -%}
select
    {{ named }},
    concat(
        stretches.message,
        case when sum(stretches.windows) = 1 then ' (window ' else ' (windows ' end,
        string_agg(
            case
                when stretches.first_window = stretches.last_window
                    then cast(stretches.first_window as {{ dbt.type_string() }})
                else concat(
                    cast(stretches.first_window as {{ dbt.type_string() }}),
                    ' to ',
                    cast(stretches.last_window as {{ dbt.type_string() }})
                )
            end,
            ', '
            order by stretches.first_window
        ),
        ')'
    ) as message
from (
    select
        {{ keys }},
        min(window_index) as first_window,
        max(window_index) as last_window,
        count(*) as windows
    from (
        select
            *,
            window_index - row_number() over (partition by {{ keys }} order by window_index) as stretch
        from (
            {{ query | indent(12) }}
        ) as rows_of_windows
    ) as numbered
    group by {{ keys }}, stretch
) as stretches
group by
    {{ named }},
    stretches.message
{%- endmacro %}
