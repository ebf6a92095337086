{#- So many days, to add to a date. dbt 2 multiplies no lengths of time.

    Args: number (int, negative ones go back)
    Returns: timedelta
-#}
{% macro days(number) %}
    {{- return(modules.datetime.timedelta(days=number)) -}}
{% endmacro %}
