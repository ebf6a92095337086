{#- Statements that note when what an experiment exports has changed, if it has. Before its errors are written, and
    before its metadata, the last of all: readers fetch the rest once they see its time.

    Where files of statistics were not written, their change is noted by the run that writes them; until then problems
    alone are noted, as long as the files are those of the table.

    Args: statistics (dict of dbt's graph: the table's node), logs (relation), is_exported (bool, whether all
        files of statistics have been written from the table)
-#}
{% macro note_published(statistics, logs, is_exported=true) -%}
{%- set slug = statistics.config.meta.experiment.slug -%}
{%- set experiment = 'experiment = ' ~ dbt_jetstream.text_literal(slug) -%}
{%- set table = api.Relation.create(statistics.database, statistics.schema, statistics.alias) -%}
{%- set rows -%}
select {{ dbt_jetstream.log_columns() | join(', ') }} from {{ logs }} where {{ dbt_jetstream.exported_problems(slug) | replace('\n', ' ') }}
{%- endset -%}
{%- set results -%}
concat(
    {{ dbt_jetstream.text_literal(local_md5(tojson(statistics.config.meta.metadata, sort_keys=true)) ~ ' ') }},
    {{ dbt_jetstream.rows_fingerprint('select * from ' ~ table) | indent(4) }}
)
{%- endset -%}
{%- set problems = dbt_jetstream.rows_fingerprint(rows) -%}
{%- set now = "timestamp '" ~ run_started_at.strftime('%Y-%m-%d %H:%M:%S') ~ "'" -%}
update {{ dbt_jetstream.published_relation(logs) }}
set
    results = {{ results | indent(4) }},
    problems = {{ problems | indent(4) }},
    published_at = {{ now }}
where
    {{ experiment }}
    {%- if is_exported %}
    and (
        results != {{ results | indent(8) }}
        or problems != {{ problems | indent(8) }}
    );
insert into {{ dbt_jetstream.published_relation(logs) }} (experiment, results, problems, published_at)
select
    {{ dbt_jetstream.text_literal(slug) }} as experiment,
    {{ results | indent(4) }} as results,
    {{ problems | indent(4) }} as problems,
    {{ now }} as published_at
from (select 1 as one) as nothing
where
    not exists (
        select 1
        from {{ dbt_jetstream.published_relation(logs) }} as published
        where published.{{ experiment }}
    );
    {%- else %}
    and results = {{ results | indent(4) }}
    and problems != {{ problems | indent(4) }};
    {%- endif %}
{%- endmacro %}
