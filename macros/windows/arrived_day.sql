{#- Until which day the telemetry of a source has arrived, `last` at most; none where none has since `first`.

    A source may have no row on `last`: later rows say that the day is over there, too. A source whose
    telemetry has ended, as the project's variable `jetstream_ended_sources` says, is never late.

    Args: source ({name, relation, date}: what stands after FROM, and its rows' date in SQL),
        first, last (dates)
    Returns: date or none
-#}
{% macro arrived_day(source, first, last) %}
    {%- if first > last -%}
        {{- return(none) -}}
    {%- endif -%}
    {%- if source.name in var('jetstream_ended_sources', []) -%}
        {{- return(last) -}}
    {%- endif -%}
    {%- set newest = newest_day(source.relation, source.date, first, last) -%}
    {%- if newest == last or last >= as_of() -%}
        {{- return(newest) -}}
    {%- endif -%}
    {%- set next_day = last + modules.datetime.timedelta(days=1) -%}
    {%- set later = newest_day(source.relation, source.date, next_day, as_of()) -%}
    {{- return(last if later is not none else newest) -}}
{% endmacro %}
