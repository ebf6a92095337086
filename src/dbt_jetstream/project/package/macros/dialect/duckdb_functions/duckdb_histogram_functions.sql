{#- mozfun's functions over desktop telemetry's histograms.

    A histogram comes as text: JSON, or one of three compact forms (`3;2;5;1,2;0:0,1:5,2:0`, `0,5`, `5`).
    `extract` reads it into a struct (bucket_count, histogram_type, sum, range, values), in which
    `values` is a map from buckets to counts; the functions without `extract` in their mozfun
    definition take that struct.
-#}
{% macro duckdb_histogram_functions() -%}
create or replace macro main.mozfun_json_extract_int_map(document) as
    coalesce(
        list_transform(
            list_filter(
                string_split(replace(trim(cast(document as varchar), '{}'), '"', ''), ','),
                lambda entry: entry != ''
            ),
            lambda entry: {
                'key': try_cast(split_part(entry, ':', 1) as bigint),
                'value': try_cast(split_part(entry, ':', 2) as bigint)
            }
        ),
        []
    );

-- try_cast, since DuckDB may evaluate a branch for rows that another branch takes
create or replace macro main.mozfun_hist_extract(histogram) as
    case
        when starts_with(trim(histogram), '{') then {
            'bucket_count': try_cast(bigquery_json_scalar(histogram, '$.bucket_count') as bigint),
            'histogram_type': try_cast(bigquery_json_scalar(histogram, '$.histogram_type') as bigint),
            'sum': try_cast(bigquery_json_scalar(histogram, '$.sum') as bigint),
            'range': coalesce(try_cast(bigquery_json_array(histogram, '$.range') as bigint[]), []),
            'values': mozfun_json_extract_int_map(
                json_extract(try_cast(histogram as json), '$.values')
            )
        }
        when len(string_split(histogram, ';')) = 5 then {
            'bucket_count': try_cast(split_part(histogram, ';', 1) as bigint),
            'histogram_type': try_cast(split_part(histogram, ';', 2) as bigint),
            'sum': try_cast(split_part(histogram, ';', 3) as bigint),
            'range': try_cast(string_split(split_part(histogram, ';', 4), ',') as bigint[]),
            'values': mozfun_json_extract_int_map(split_part(histogram, ';', 5))
        }
        when len(string_split(histogram, ',')) = 2 then {
            'bucket_count': 3::bigint,
            'histogram_type': 2::bigint,
            'sum': try_cast(split_part(histogram, ',', 2) as bigint),
            'range': [1::bigint, 2::bigint],
            'values': [
                {'key': 0::bigint, 'value': try_cast(split_part(histogram, ',', 1) as bigint)},
                {'key': 1::bigint, 'value': try_cast(split_part(histogram, ',', 2) as bigint)},
                {'key': 2::bigint, 'value': 0::bigint}
            ]
        }
        when len(string_split(histogram, ',')) = 1 then {
            'bucket_count': 3::bigint,
            'histogram_type': 4::bigint,
            'sum': try_cast(histogram as bigint),
            'range': [1::bigint, 2::bigint],
            'values': [
                {'key': 0::bigint, 'value': try_cast(histogram as bigint)},
                {'key': 1::bigint, 'value': 0::bigint}
            ]
        }
    end;

create or replace macro main.mozfun_hist_count(histogram) as
    mozfun_map_extract_keyed_scalar_sum(mozfun_hist_extract(histogram)."values");

create or replace macro main.mozfun_hist_threshold_count(histogram, threshold) as
    coalesce(
        mozfun_map_extract_keyed_scalar_sum(
            list_filter(mozfun_hist_extract(histogram)."values", lambda bucket: bucket.key >= threshold)
        ),
        0
    );

create or replace macro main.mozfun_hist_extract_histogram_sum(histogram) as
    try_cast(
        coalesce(
            bigquery_json_scalar(histogram, '$.sum'),
            string_split(histogram, ';')[3],
            string_split(histogram, ',')[2],
            histogram
        ) as bigint
    );

create or replace macro main.mozfun_hist_extract_keyed_hist_sum(histograms) as
    cast(
        list_sum(
            list_transform(histograms, lambda entry: mozfun_hist_extract_histogram_sum(entry.value))
        ) as bigint
    );

-- rounded towards zero; counts beyond what a client can send are cut
create or replace macro main.mozfun_hist_mean(histogram) as
    list_transform(
        [histogram],
        lambda whole: case
            when whole.sum = 0 then 0
            when whole.sum > 0 then try_cast(
                trunc(
                    whole.sum / list_sum(
                        list_transform(
                            list_filter(whole."values", lambda bucket: bucket.value > 0),
                            lambda bucket: least(2147483648, bucket.value)
                        )
                    )
                ) as bigint
            )
        end
    )[1];

create or replace macro main.mozfun_hist_normalize(histogram) as
    list_transform(
        [histogram],
        lambda whole: {
            'bucket_count': whole.bucket_count,
            'sum': 1,
            'histogram_type': whole.histogram_type,
            'range': whole."range",
            'values': list_transform(
                whole."values",
                lambda bucket: {
                    'key': bucket.key,
                    'value': bucket.value
                        / nullif(list_sum(list_transform(whole."values", lambda every: every.value)), 0)
                }
            )
        }
    )[1];

-- the lowest bucket up to which a share of the counts lies, for each share that is reached
create or replace macro main.mozfun_hist_percentiles(histogram, percentiles) as
    list_transform(
        [histogram."values"],
        lambda buckets: list_filter(
            list_transform(
                list_sort(list_distinct(cast(percentiles as double[]))),
                lambda share: {
                    'percentile': share,
                    'value': list_min(
                        list_transform(
                            list_filter(
                                buckets,
                                lambda bucket: list_sum(
                                    list_transform(
                                        list_filter(buckets, lambda below: below.key <= bucket.key),
                                        lambda below: below.value
                                    )
                                ) / nullif(list_sum(list_transform(buckets, lambda every: every.value)), 0)
                                >= share
                            ),
                            lambda bucket: bucket.key
                        )
                    )
                }
            ),
            lambda reached: reached.value is not null
        )
    )[1];

create or replace macro main.mozfun_hist_merge(histograms) as
    list_transform(
        [histograms],
        lambda merged: {
            'bucket_count': mozfun_stats_mode_last(list_transform(merged, lambda one: one.bucket_count)),
            'sum': cast(list_sum(list_transform(merged, lambda one: one.sum)) as bigint),
            'histogram_type': mozfun_stats_mode_last(list_transform(merged, lambda one: one.histogram_type)),
            'range': [
                mozfun_stats_mode_last(list_transform(merged, lambda one: one."range"[1])),
                mozfun_stats_mode_last(list_transform(merged, lambda one: one."range"[2]))
            ],
            'values': list_transform(
                mozfun_map_sum(flatten(list_transform(merged, lambda one: one."values"))),
                lambda bucket: {'key': bucket.key, 'value': cast(bucket.value as bigint)}
            )
        }
    )[1];
{%- endmacro %}
