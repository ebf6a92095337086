{#- The table that says which experiments have nothing left to do, until which day and from which inputs. -#}
{% macro settled_relation() %}
    {{- return(api.Relation.create(
        database=target.database,
        schema=target.schema,
        identifier='settled_experiments',
    )) -}}
{% endmacro %}
