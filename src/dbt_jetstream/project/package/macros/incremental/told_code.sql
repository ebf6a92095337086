{#- A model's code; one in Python is told whether it adds to its table, as `dbt.grows`.

    dbt says `dbt.is_incremental` of its own materialization alone.

    Args: code (str), is_added_to (bool)
    Returns: str
-#}
{% macro told_code(code, is_added_to) %}
    {{- return(code ~ '\n\ndbtObj.grows = ' ~ is_added_to if model.language == 'python' else code) -}}
{% endmacro %}
