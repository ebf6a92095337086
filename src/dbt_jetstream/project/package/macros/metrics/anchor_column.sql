{#- The date that a unit's windows count from, in an analysis basis: a column of enrollments and client days.

    With an experiment's own exposure signal, windows of both bases count from enrollment.

    Args: basis (str), lock (dict)
-#}
{% macro anchor_column(basis, lock) -%}
    {{- return('exposure_date' if basis == 'exposures' and not lock.exposure_signal else 'enrollment_date') -}}
{%- endmacro %}
