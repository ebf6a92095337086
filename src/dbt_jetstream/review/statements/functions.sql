-- Mozilla's functions that metric-hub calls, by what they take and give: for the types of columns.
-- https://mozilla.github.io/bigquery-etl/mozfun/ documents those of mozfun.

create function mozfun.map.get_key(map any type, k any type) as (
    (select entry.value from unnest(map) as entry where entry.key = k limit 1)
);

create function mozfun.map.get_key_with_null(map any type, k any type) as (
    (select entry.value from unnest(map) as entry where entry.key = k limit 1)
);

create function mozfun.map.sum(entries any type) as (
    array(select as struct entry.key, sum(entry.value) as value from unnest(entries) as entry group by 1)
);

create function mozfun.map.extract_keyed_scalar_sum(scalar any type) as (
    (select sum(entry.value) from unnest(scalar) as entry)
);

create function mozfun.json.extract_int_map(input string) returns array<struct<key int64, value int64>>
language js as '';

create function mozfun.hist.extract(input string) returns struct<
    bucket_count int64,
    `sum` int64,
    histogram_type int64,
    `range` array<int64>,
    `values` array<struct<key int64, value int64>>
> language js as '';

create function mozfun.hist.merge(histograms any type) as (histograms[safe_offset(0)]);

create function mozfun.hist.count(histogram string) returns int64 language js as '';

create function mozfun.hist.mean(histogram any type) as (cast(histogram.sum as int64));

create function mozfun.hist.threshold_count(histogram string, threshold int64) returns int64 language js as '';

create function mozfun.hist.percentiles(histogram any type, percentiles array<float64>) as (
    array(select as struct percentile, cast(0 as int64) as value from unnest(percentiles) as percentile)
);

create function mozfun.norm.extract_version(version string, part string) returns numeric language js as '';

create function mozfun.norm.truncate_version(version string, part string) returns numeric language js as '';

create function mozfun.norm.os(os string) returns string language js as '';

create function mozfun.norm.windows_version_info(
    os string, os_version string, windows_build_number int64
) returns string language js as '';

create function mozfun.norm.fenix_build_to_datetime(app_build string) returns datetime language js as '';

create function mozfun.stats.mode_last(list any type) as (list[safe_offset(0)]);

create function mozfun.bits28.days_since_seen(bits int64) returns int64 language js as '';

create function `moz-fx-data-shared-prod`.udf.get_key(map any type, k any type) as (
    (select entry.value from unnest(map) as entry where entry.key = k limit 1)
);

create function `moz-fx-data-shared-prod`.udf.normalize_search_engine(engine string) returns string
language js as '';

create function `moz-fx-data-shared-prod`.udf.monetized_search(
    engine string, country string, distribution_id string, submission_date date
) returns bool language js as '';

create function `moz-fx-data-shared-prod`.udf.extract_histogram_sum(input string) returns int64
language js as '';

create function `moz-fx-data-shared-prod`.udf.json_extract_histogram(input string) returns struct<
    bucket_count int64,
    histogram_type int64,
    `sum` int64,
    `range` array<int64>,
    `values` array<struct<key int64, value int64>>
> language js as '';

create function `moz-fx-data-shared-prod`.udf.histogram_max_key_with_nonzero_value(histogram string)
returns int64 language js as '';

create function `moz-fx-data-shared-prod`.udf.histogram_to_threshold_count(
    histogram string, threshold int64
) returns int64 language js as '';

create function `moz-fx-data-shared-prod`.udf.keyed_histogram_get_sum(
    keyed_histogram any type, target_key string
) as (cast(0 as int64))
