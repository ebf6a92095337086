{#- When what an experiment exports has last changed, as ISO text in UTC; while nothing is exported, now.

    Experimenter fetches an experiment anew once `analysis_start_time` is later than what it has, and hides errors that
    are older than it. So both have this time: the clock's of the run in which statistics, problems or metadata
    became others, also where the same day is analysed again.

    Args: slug (str), logs (relation)
-#}
{% macro published_at(slug, logs) -%}
coalesce(
    (
        select max({{ dbt_jetstream.utc_text('published.published_at') }})
        from {{ dbt_jetstream.published_relation(logs) }} as published
        where published.experiment = {{ dbt_jetstream.text_literal(slug) }}
    ),
    {{ dbt_jetstream.text_literal(run_started_at.strftime('%Y-%m-%dT%H:%M:%SZ')) }}
)
{%- endmacro %}
