{#- A value after a pre-treatment; null where it removes the unit, or where the value is null.

    Args: treatment (dict: name and parameters), length (int, days of a window; none while the end is open, and no row is there), value (str), pool (str, the
        columns that make the units whose quantile is taken; needed where one is)
-#}
{% macro pre_treatment(treatment, length, value, pool=none) -%}
    {%- if treatment.name == 'remove_nulls' -%}
        case when not {{ dbt_jetstream.is_nan(value) }} then {{ value }} end
    {%- elif treatment.name == 'remove_indefinites' -%}
        case when not {{ dbt_jetstream.is_nan(value) }} and {{ value }} != {{ dbt_jetstream.float_literal('inf') }} then {{ value }} end
    {%- elif treatment.name == 'normalize_over_analysis_period' -%}
        {{ value }} / {{ 'cast(null as ' ~ dbt_jetstream.float_type() ~ ')' if length is none else length }}
    {%- elif treatment.name == 'log' -%}
        case when {{ value }} > 0 then ln({{ value }}) / ln({{ treatment.base }})
        {#- #} when {{ value }} = 0 then {{ dbt_jetstream.float_literal('-inf') }}
        {#- #} when {{ value }} is not null then {{ dbt_jetstream.float_literal('nan') }} end
    {%- elif treatment.name == 'censor_highest_values' -%}
        case when {{ dbt_jetstream.is_greater(dbt_jetstream.quantile_over(value, treatment.fraction, pool), value) }} then {{ value }} end
    {%- elif treatment.name == 'censor_lowest_values' -%}
        case when {{ dbt_jetstream.is_greater(value, dbt_jetstream.quantile_over(value, treatment.fraction, pool)) }} then {{ value }} end
    {%- elif treatment.name == 'censor_values_below_threshold' -%}
        case when {{ dbt_jetstream.is_greater(value, treatment.threshold) }} then {{ value }} end
    {%- elif treatment.name == 'censor_values_above_threshold' -%}
        case when {{ value }} < {{ treatment.threshold }} then {{ value }} end
    {%- elif treatment.name == 'zero_fill' -%}
        case when {{ dbt_jetstream.is_nan(value) }} then 0 else {{ value }} end
    {%- else -%}
        {%- do exceptions.raise_compiler_error("unknown pre-treatment '" ~ treatment.name ~ "'") -%}
    {%- endif -%}
{%- endmacro %}
