{#- BigQuery's own functions that DuckDB has not, or has with another meaning; the translation calls them.

    bigquery_divide(numerator, denominator): an error on zero, not infinity
    bigquery_max_by, bigquery_min_by(value, sort_key): of the rows with the extreme key, a value that is
        not null if there is one; not the extreme row among those whose value is not null. Null where
        a key is NaN, which equals no key
    bigquery_json_scalar(document, path): text; null for an array, an object and malformed JSON
    bigquery_json_query(document, path): JSON; null for malformed JSON and for JSON's null
    bigquery_json_array(document, path): list of JSON; null for anything but an array
    bigquery_json_texts(document, path): list of text; null for anything but an array of scalars
    bigquery_to_json_string(x): `null` for null, NaN and infinities as text
    bigquery_week(day, first_day): weeks since the first `first_day` of the year, 0 (Sunday) to 6
    bigquery_substr(text, start, length): from the first letter where `start` is 0 or lies before it
    bigquery_unicode(text): 0 for empty text
    bigquery_array_concat(a, b): null where one is
-#}
{% macro duckdb_bigquery_functions() -%}
create or replace macro main.bigquery_divide(numerator, denominator) as
    case
        when denominator = 0 then error('division by zero, an error on BigQuery too: use SAFE_DIVIDE')
        else numerator / denominator
    end;

create or replace macro main.bigquery_max_by(value, sort_key) as
    case
        when coalesce(bool_or(bigquery_is_nan(sort_key)), false) then null
        else arg_max_null(value, row(sort_key, value is not null)) filter (where sort_key is not null)
    end;

create or replace macro main.bigquery_min_by(value, sort_key) as
    case
        when coalesce(bool_or(bigquery_is_nan(sort_key)), false) then null
        else arg_min_null(value, row(sort_key, value is null)) filter (where sort_key is not null)
    end;

create or replace macro main.bigquery_json_scalar(document, path) as
    json_value(try_cast(document as json), path) ->> '$';

create or replace macro main.bigquery_json_array(document, path) as
    case
        when json_type(try_cast(document as json), path) = 'ARRAY'
            then try_cast(json_extract(try_cast(document as json), path) as json[])
    end;

create or replace macro main.bigquery_json_query(document, path) as
    case
        when json_type(try_cast(document as json), path) != 'NULL'
            then json_extract(try_cast(document as json), path)
    end;

create or replace macro main.bigquery_json_texts(document, path) as
    case
        when not coalesce(
            list_bool_or(
                list_transform(
                    bigquery_json_array(document, path),
                    lambda one: json_type(one) in ('OBJECT', 'ARRAY', 'NULL')
                )
            ),
            false
        ) then list_transform(bigquery_json_array(document, path), lambda one: one ->> '$')
    end;

create or replace macro main.bigquery_to_json_string(x) as
    case
        when bigquery_is_nan(x) then '"NaN"'
        when typeof(x) in ('DOUBLE', 'FLOAT') and isinf(try_cast(x as double))
            then case when try_cast(x as double) > 0 then '"Infinity"' else '"-Infinity"' end
        else coalesce(cast(to_json(x) as varchar), 'null')
    end;

create or replace macro main.bigquery_week(day, first_day) as
    cast(dayofyear(day) + 6 - (dayofweek(day) - first_day + 7) % 7 as bigint) // 7;

create or replace macro main.bigquery_place(content, start) as
    case when start = 0 or -start > length(content) then 1 else start end;

create or replace macro main.bigquery_substr(content, start, count := null) as
    case
        when count is null then substr(content, bigquery_place(content, start))
        else substr(content, bigquery_place(content, start), count)
    end;

create or replace macro main.bigquery_unicode(content) as
    case when content = '' then 0 else unicode(content) end;

create or replace macro main.bigquery_array_concat(a, b) as
    case when a is not null and b is not null then list_concat(a, b) end;
{%- endmacro %}
