{#- How far late telemetry has come, in words; `until` and `since` may be texts.

    Args: late ({tables, until, since}, see `late_sources`), tense (str: `has`, or `had`)
    Returns: str
-#}
{% macro late_words(late, tense='has') %}
    {%- if late.until -%}
        {{- return(late.tables ~ ' ' ~ tense ~ ' been read until ' ~ late.until) -}}
    {%- endif -%}
    {{- return(late.tables ~ ' ' ~ tense ~ ' no rows since ' ~ late.since) -}}
{% endmacro %}
