{#- BigQuery's meaning of numbers: NaN, casts, and functions that fail where they are not defined.

    A macro sees no type while it is made: `typeof` decides, and is gone once DuckDB has planned a query.

    bigquery_is_nan(x): false for what is no floating-point number
    bigquery_greater, greater_or_equal, equal(a, b): false with NaN
    bigquery_is_ordered(x): a key before `x` in an order: false for NaN, which comes before all numbers
    bigquery_min, least, nullif, sign: NaN where a value is
    bigquery_int64(x): rounded, halves away from zero; text of digits alone. An error else; `safe_`: null
    bigquery_safe_bool, safe_float64, safe_date(x): of text in BigQuery's form alone
    bigquery_string(x): 10.0 as `10`
    bigquery_ln, log, sqrt, exp, pow: an error where not defined; `safe_`: null
-#}
{% macro duckdb_number_functions() -%}
create or replace macro main.bigquery_is_nan(x) as
    typeof(x) in ('DOUBLE', 'FLOAT') and isnan(try_cast(x as double));

create or replace macro main.bigquery_greater(a, b) as
    case when bigquery_is_nan(a) and b is not null then false else a > b end;

create or replace macro main.bigquery_greater_or_equal(a, b) as
    case when bigquery_is_nan(a) and b is not null then false else a >= b end;

create or replace macro main.bigquery_equal(a, b) as
    case when bigquery_is_nan(a) and b is not null then false else a = b end;

create or replace macro main.bigquery_is_ordered(x) as
    case when x is not null then not bigquery_is_nan(x) end;

-- a second aggregate, since both branches of a case would have to be of one type
create or replace macro main.bigquery_min(x) as
    coalesce(min(x) filter (where bigquery_is_nan(x)), min(x));

create or replace macro main.bigquery_least(a, b) as
    case
        when a is null or b is null then null
        when bigquery_is_nan(a) then a
        when bigquery_is_nan(b) then b
        else least(a, b)
    end;

create or replace macro main.bigquery_nullif(a, b) as
    case when bigquery_equal(a, b) then null else a end;

create or replace macro main.bigquery_sign(x) as
    case when bigquery_is_nan(x) then x else sign(x) end;

create or replace macro main.bigquery_safe_int64(x) as
    case
        when typeof(x) in ('DOUBLE', 'FLOAT') then try_cast(round(try_cast(x as double)) as bigint)
        when typeof(x) != 'VARCHAR' or regexp_full_match(cast(x as varchar), '\s*([+-]?[0-9]+|0[xX][0-9a-fA-F]+)\s*')
            then try_cast(x as bigint)
    end;

create or replace macro main.bigquery_int64(x) as
    case
        when x is not null and bigquery_safe_int64(x) is null
            then error('no INT64: ' || cast(x as varchar))
        else bigquery_safe_int64(x)
    end;

create or replace macro main.bigquery_safe_bool(x) as
    case
        when typeof(x) != 'VARCHAR' or lower(cast(x as varchar)) in ('true', 'false')
            then try_cast(x as boolean)
    end;

create or replace macro main.bigquery_safe_float64(x) as
    case
        when typeof(x) != 'VARCHAR' or not contains(cast(x as varchar), '_')
            then try_cast(x as double)
    end;

create or replace macro main.bigquery_safe_date(x) as
    case
        when typeof(x) != 'VARCHAR' or regexp_full_match(cast(x as varchar), '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}')
            then try_cast(x as date)
    end;

-- as many digits as are needed to read the number again: 15, or else 17
create or replace macro main.bigquery_string(x) as
    case
        when typeof(x) in ('DOUBLE', 'FLOAT') then
            case
                when cast(format('{:.15g}', try_cast(x as double)) as double) = try_cast(x as double)
                    then format('{:.15g}', try_cast(x as double))
                else format('{:.17g}', try_cast(x as double))
            end
        when starts_with(typeof(x), 'DECIMAL') and contains(cast(x as varchar), '.')
            then rtrim(rtrim(cast(x as varchar), '0'), '.')
        else cast(x as varchar)
    end;

create or replace macro main.bigquery_ln(x) as
    case
        when x <= 0 and not isinf(cast(x as double))
            then error('LN of a number that is not positive, an error on BigQuery too')
        else ln(x)
    end;

create or replace macro main.bigquery_safe_ln(x) as
    case when x > 0 or isinf(cast(x as double)) then ln(x) end;

create or replace macro main.bigquery_log(x, base) as
    case
        when (x <= 0 and not isinf(cast(x as double))) or base <= 0 or base = 1
            then error('LOG where it is not defined, an error on BigQuery too')
        else log(base, x)
    end;

create or replace macro main.bigquery_safe_log(x, base) as
    case when (x > 0 or isinf(cast(x as double))) and base > 0 and base != 1 then log(base, x) end;

create or replace macro main.bigquery_sqrt(x) as
    case when x < 0 then error('SQRT of a negative number, an error on BigQuery too') else sqrt(x) end;

create or replace macro main.bigquery_safe_sqrt(x) as
    case when x >= 0 then sqrt(x) end;

create or replace macro main.bigquery_safe_exp(x) as
    case when not isinf(exp(x)) or isinf(cast(x as double)) then exp(x) end;

create or replace macro main.bigquery_exp(x) as
    case
        when x is not null and bigquery_safe_exp(x) is null
            then error('EXP beyond what a FLOAT64 holds, an error on BigQuery too')
        else exp(x)
    end;

create or replace macro main.bigquery_safe_pow(x, y) as
    case
        when isfinite(pow(x, y)) or not isfinite(cast(x as double)) or not isfinite(cast(y as double))
            then pow(x, y)
    end;

create or replace macro main.bigquery_pow(x, y) as
    case
        when x is not null and y is not null and bigquery_safe_pow(x, y) is null
            then error('POW where it is not defined, an error on BigQuery too')
        else pow(x, y)
    end;

create or replace macro main.bigquery_ieee_divide(numerator, denominator) as
    cast(numerator as double) / cast(denominator as double);

create or replace macro main.bigquery_safe_add(a, b) as
    try(a + b);

create or replace macro main.bigquery_safe_subtract(a, b) as
    try(a - b);

create or replace macro main.bigquery_safe_multiply(a, b) as
    try(a * b);

create or replace macro main.bigquery_safe_negate(a) as
    try(-a);

-- zeros come in from the left, also for a negative number
create or replace macro main.bigquery_shift_right(x, places) as
    case
        when x >= 0 or places = 0 then x >> places
        else cast((cast(x as hugeint) + 18446744073709551616) >> places as bigint)
    end;
{%- endmacro %}
