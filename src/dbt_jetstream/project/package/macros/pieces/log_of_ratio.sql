{#- The logarithm of a ratio of two positive numbers, also where the ratio itself is no floating-point number.

    Args: numerator (str), denominator (str)
-#}
{% macro log_of_ratio(numerator, denominator) -%}
case
    when {{ numerator }} * 1e-300 < {{ denominator }} then ln({{ numerator }} / {{ denominator }})
    else ln({{ numerator }}) - ln({{ denominator }})
end
{%- endmacro %}
