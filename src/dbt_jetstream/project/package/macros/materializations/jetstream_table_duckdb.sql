{#- A table that grows by days or windows, on DuckDB: new rows are added, and nobody looks at those that are there.

    Where it does not grow (see `grows`) it is made anew, and takes its place once it is complete. Tables that
    foreign keys refer to cannot be.

    Config: unique_key: what rows differ in; without one the table is made anew by each build; full_refresh,
        grants, indexes, contract, persist_docs, hooks: as for dbt's tables
-#}
{% materialization jetstream_table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set is_added_to = dbt_jetstream.grows() -%}
    {%- set program = dbt_jetstream.told_code(compiled_code, is_added_to) -%}
    {%- set intermediate = make_intermediate_relation(target_relation) -%}
    {%- set backup = make_backup_relation(target_relation, existing.type if existing else 'table') -%}
    {#- What a killed run has left. -#}
    {%- do drop_relation_if_exists(load_cached_relation(intermediate)) -%}
    {%- do drop_relation_if_exists(load_cached_relation(backup)) -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- if is_added_to and model.language == 'python' -%}
        {% call statement('main', language='python') %}
            {{- dbt_jetstream.adding_program(target_relation, program) }}
        {% endcall %}
    {%- elif is_added_to -%}
        {%- set new_rows = make_temp_relation(target_relation) -%}
        {%- do run_query(dbt_jetstream.staged_rows(new_rows, program)) -%}
        {%- set columns = dbt_jetstream.adapted_columns(existing, new_rows) -%}
        {% call statement('main') %}
            {{- dbt_jetstream.add_rows(target_relation, new_rows, columns) }}
        {% endcall %}
        {%- if not dbt_jetstream.is_dbt_1() -%}
            {%- do run_query('drop view ' ~ dbt_jetstream.staged_name(new_rows)) -%}
        {%- endif -%}
    {%- else -%}
        {% call statement('main', language=model.language) %}
            {{- create_table_as(False, intermediate if existing else target_relation, program, model.language) }}
        {% endcall %}
        {%- if existing -%}
            {#- DuckDB renames no table that has indexes. -#}
            {%- do drop_indexes_on_relation(existing) -%}
            {%- do adapter.rename_relation(existing, backup) -%}
            {%- do adapter.rename_relation(intermediate, target_relation) -%}
        {%- endif -%}
        {%- do create_indexes(target_relation) -%}
    {%- endif -%}

    {%- set is_replaced = should_revoke(existing, full_refresh_mode=not is_added_to) -%}
    {%- do apply_grants(target_relation, config.get('grants'), should_revoke=is_replaced) -%}
    {%- do persist_docs(target_relation, model) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() -%}
    {%- if existing and not is_added_to -%}
        {%- do adapter.drop_relation(backup) -%}
    {%- endif -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
