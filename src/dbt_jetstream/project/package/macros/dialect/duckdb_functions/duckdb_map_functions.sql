{#- mozfun's functions over maps, lists of structs (key, value), and over lists.

    Lists, not subqueries: an argument may hold an aggregate, which a subquery cannot see. A list of
    one, transformed, names an argument that is used more than once: DuckDB pastes it in at each place.
-#}
{% macro duckdb_map_functions() -%}
create or replace macro main.mozfun_map_get_key(entries, wanted) as
    list_filter(entries, lambda entry: entry.key = wanted)[1].value;

create or replace macro main.mozfun_map_get_key_with_null(entries, wanted) as
    list_filter(entries, lambda entry: entry.key is not distinct from wanted)[1].value;

create or replace macro main.mozfun_map_extract_keyed_scalar_sum(entries) as
    cast(list_sum(list_transform(entries, lambda entry: entry.value)) as bigint);

-- one entry per key, in the order of the keys; list_distinct leaves out the null key
create or replace macro main.mozfun_map_sum(entries) as
    coalesce(
        list_transform(
            [entries],
            lambda every: list_transform(
                list_concat(
                    list_sort(list_distinct(list_transform(every, lambda entry: entry.key))),
                    list_filter(list_transform(every, lambda entry: entry.key), lambda k: k is null)[:1]
                ),
                lambda wanted: {
                    'key': wanted,
                    'value': list_sum(
                        list_transform(
                            list_filter(every, lambda entry: entry.key is not distinct from wanted),
                            lambda entry: entry.value
                        )
                    )
                }
            )
        )[1],
        []
    );

-- the most frequent value, nulls left out; of several, the one that comes last in the list
create or replace macro main.mozfun_stats_mode_last(elements) as
    list_transform(
        [elements],
        lambda every: list_max(
            list_transform(
                list_distinct(every),
                lambda candidate: {
                    'count': len(list_filter(every, lambda element: element = candidate)),
                    'last': -list_position(list_reverse(every), candidate),
                    'element': candidate
                }
            )
        ).element
    )[1];
{%- endmacro %}
