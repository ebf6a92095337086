{#- A table that grows by days or windows, on BigQuery: new rows are merged into the partitions that they belong to.

    Where it does not grow (see `grows`) it is replaced, at once unless its partitions or clusters have changed.

    New rows are written to a table first, so that the merge can name their partitions.

    Config: unique_key: what rows are merged on; without one the table is made anew by each build;
        submission_method: see `table_statement`; partition_by, cluster_by, full_refresh, grants, contract,
        persist_docs, hooks: as for dbt's tables
-#}
{% materialization jetstream_table, adapter='bigquery', supported_languages=['sql', 'python'] %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing = load_relation(this) -%}
    {%- set is_added_to = dbt_jetstream.grows() -%}
    {%- set program = dbt_jetstream.told_code(compiled_code, is_added_to) -%}
    {%- set new_rows = make_temp_relation(target_relation) if is_added_to -%}

    {{ run_hooks(pre_hooks) }}

    {%- if is_added_to -%}
        {% call statement('new_rows', language=model.language) %}
            {{- dbt_jetstream.table_statement(True, new_rows, program, model.language) }}
        {% endcall %}
        {%- set columns = dbt_jetstream.adapted_columns(existing, new_rows) -%}
        {% call statement('main') %}
            {{- dbt_jetstream.add_rows(target_relation, new_rows, columns) }}
        {% endcall %}
    {%- else -%}
        {%- set partition_by = adapter.parse_partition_by(config.get('partition_by')) -%}
        {%- if existing and (existing.is_view or not adapter.is_replaceable(existing, partition_by, config.get('cluster_by'))) -%}
            {%- do adapter.drop_relation(existing) -%}
        {%- endif -%}
        {% call statement('main', language=model.language) %}
            {{- dbt_jetstream.table_statement(False, target_relation, program, model.language) }}
        {% endcall %}
    {%- endif -%}

    {{ run_hooks(post_hooks) }}
    {%- set is_replaced = should_revoke(existing, full_refresh_mode=not is_added_to) -%}
    {%- do apply_grants(target_relation, config.get('grants'), should_revoke=is_replaced) -%}
    {%- do persist_docs(target_relation, model) -%}
    {%- if new_rows -%}
        {%- do adapter.drop_relation(new_rows) -%}
    {%- endif -%}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
