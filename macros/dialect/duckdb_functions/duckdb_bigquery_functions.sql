{#- BigQuery's own functions that DuckDB has not, or has with another meaning; the translation calls them.

    bigquery_divide(numerator, denominator): an error on zero, not infinity
    bigquery_max_by, bigquery_min_by(value, sort_key): of the rows with the extreme key, a value that is
        not null if there is one; not the extreme row among those whose value is not null
    bigquery_json_scalar(document, path): text; null for an array, an object and malformed JSON
    bigquery_json_array(document, path): list of JSON; null for anything but an array
-#}
{% macro duckdb_bigquery_functions() -%}
create or replace macro main.bigquery_divide(numerator, denominator) as
    case
        when denominator = 0 then error('division by zero, an error on BigQuery too: use SAFE_DIVIDE')
        else numerator / denominator
    end;

create or replace macro main.bigquery_max_by(value, sort_key) as
    arg_max_null(value, row(sort_key, value is not null)) filter (where sort_key is not null);

create or replace macro main.bigquery_min_by(value, sort_key) as
    arg_min_null(value, row(sort_key, value is null)) filter (where sort_key is not null);

create or replace macro main.bigquery_json_scalar(document, path) as
    json_value(try_cast(document as json), path) ->> '$';

create or replace macro main.bigquery_json_array(document, path) as
    case
        when json_type(try_cast(document as json), path) = 'ARRAY'
            then try_cast(json_extract(try_cast(document as json), path) as json[])
    end;
{%- endmacro %}
