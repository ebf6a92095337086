{#- The public functions of `moz-fx-data-shared-prod.udf`, which mozfun has under other names. -#}
{% macro duckdb_legacy_functions() -%}
create or replace macro main.udf_get_key(entries, wanted) as
    mozfun_map_get_key(entries, wanted);

create or replace macro main.udf_json_extract_histogram(histogram) as
    mozfun_hist_extract(histogram);

create or replace macro main.udf_histogram_to_threshold_count(histogram, threshold) as
    mozfun_hist_threshold_count(histogram, threshold);

create or replace macro main.udf_extract_histogram_sum(histogram) as
    mozfun_hist_extract_histogram_sum(histogram);

create or replace macro main.udf_keyed_histogram_get_sum(histograms, wanted) as
    mozfun_hist_extract_histogram_sum(mozfun_map_get_key(histograms, wanted));

-- the highest bucket with a count
create or replace macro main.udf_histogram_max_key_with_nonzero_value(histogram) as
    list_max(
        list_transform(
            list_filter(mozfun_hist_extract(histogram)."values", lambda bucket: bucket.value > 0),
            lambda bucket: bucket.key
        )
    );
{%- endmacro %}
