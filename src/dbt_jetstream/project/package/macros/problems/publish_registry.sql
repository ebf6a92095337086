{#- Statements that replace what the registry says of all experiments, and export it.

    An experiment that is not in the run keeps its other problems. One with a schema of its own is not touched:
    its problems are written with its models. Exported are those that are refused, and those that were.

    Args: registry (relation), exported (list of slugs: the experiments in the run)
-#}
{% macro publish_registry(registry, exported) -%}
{%- set logs = dbt_jetstream.logs_relation() -%}
{%- set elsewhere = ["''"] -%}
{%- for node in graph.nodes.values() if node.name.startswith('completeness_') and node.config.meta.experiment -%}
    {%- if node.schema != target.schema or node.config.meta.is_private -%}
        {%- do elsewhere.append(dbt_jetstream.text_literal(node.config.meta.experiment.slug)) -%}
    {%- endif -%}
{%- endfor -%}
{%- set here = 'experiment not in (' ~ elsewhere | join(', ') ~ ')' -%}
{%- set replaced -%}
{{ dbt_jetstream.create_logs_table(logs) }}
begin transaction;
delete from {{ logs }}
where
    filename = 'registry.csv'
    and {{ here }};
{{ dbt_jetstream.insert_problems(logs, 'experiment', [dbt_jetstream.registry_problems(registry, here, ',\n    experiment')]) }};
commit transaction;
{%- endset -%}
{%- set concerned -%}
select experiment from {{ registry }}
where
    state = 'refused'
    and {{ here }}
union distinct
select experiment from {{ logs }}
where
    filename = 'registry.csv'
    and log_level = 'ERROR'
    and {{ here }}
order by experiment
{%- endset -%}
{#- before the rows that say so are replaced -#}
{%- set slugs = run_query(concerned).columns[0].values() | reject('in', exported) | list -%}
{{ dbt_jetstream.ended(dbt_jetstream.executed(replaced)) }}
{%- for slug in slugs %}
{{ dbt_jetstream.ended(dbt_jetstream.export_errors(logs, slug)) }}
{%- endfor %}
{%- endmacro %}
