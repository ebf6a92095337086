{#- Values that stand for null in the columns of given rows, where BigQuery is to take the rows for one constant.

    Args: columns (dict of type names by column), rows (list of lists, see `typed_rows`)
    Returns: dict by column of a value that no row has there: of text and numbers that are null somewhere
-#}
{% macro null_stand_ins(columns, rows) %}
    {%- set found = {} -%}
    {%- for column, type in columns.items() -%}
        {%- set values = rows | map(attribute=loop.index0) | list -%}
        {%- set stand_in = '' if type == dbt.type_string() else -1 -%}
        {%- if none in values and type != 'boolean' and stand_in not in values -%}
            {%- do found.update({column: stand_in}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
