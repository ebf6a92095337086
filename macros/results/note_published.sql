{#- Statements that note when what an experiment exports has changed, if it has. Before `metadata_<slug>.json` is written,
    and after all else is: readers fetch the rest once they see its time.

    Args: statistics (dict of dbt's graph: the table's node), logs (relation)
-#}
{% macro note_published(statistics, logs) -%}
{%- set slug = statistics.config.meta.experiment.slug -%}
{%- set experiment = text_literal(slug) -%}
{%- set table = api.Relation.create(statistics.database, statistics.schema, statistics.alias) -%}
{%- set problems -%}
select {{ log_columns() | join(', ') }} from {{ logs }} where experiment = {{ experiment }}
{%- endset -%}
{%- set content -%}
concat(
    {{ text_literal(local_md5(tojson(statistics.config.meta.metadata, sort_keys=true)) ~ ' ') }},
    {{ rows_fingerprint('select * from ' ~ table) | indent(4) }},
    ' ',
    {{ rows_fingerprint(problems) | indent(4) }}
)
{%- endset -%}
delete from {{ published_relation() }}
where
    experiment = {{ experiment }}
    and content != {{ content | indent(4) }};
insert into {{ published_relation() }} (experiment, content, published_at)
select
    {{ experiment }} as experiment,
    {{ content | indent(4) }} as content,
    timestamp '{{ run_started_at.strftime('%Y-%m-%d %H:%M:%S') }}' as published_at
from (select 1 as one) as nothing
where
    not exists (
        select 1
        from {{ published_relation() }} as published
        where published.experiment = {{ experiment }}
    );
{%- endmacro %}
