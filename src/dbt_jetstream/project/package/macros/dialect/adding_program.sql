{#- The program that adds the rows of a Python model to its table, on DuckDB, in the transaction of its hooks.

    dbt-duckdb runs it: it calls `materialize` with what the model returns.

    Args: target (relation), code (str: the model and dbt's code around it)
-#}
{% macro adding_program(target, code) %}
{{ code }}

def materialize(rows, connection):
    connection.register("new_rows", rows)
    connection.execute('''insert into {{ target }} by name select * from new_rows''')
    connection.unregister("new_rows")
{% endmacro %}
