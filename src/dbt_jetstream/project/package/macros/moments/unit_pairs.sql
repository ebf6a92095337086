{#- The CTE `unit_pairs`: the two values of every unit of a new window in each joint, null where it has none.

    Makes: unit_pairs (unit_keys, joint_id, y, x).
    Args: joints (list, see `numbered_joints`), lock (dict), metrics (dict of relations by period), missing (dict of windows by period)
-#}
{% macro unit_pairs(joints, lock, metrics, missing) -%}
{%- set fields = ['joint_id', 'y', 'x'] -%}
{%- set selects = [] -%}
{%- for period in missing or metrics -%}
    {%- set plain, censored = [], [] -%}
    {%- for joint in joints if period in joint.periods -%}
        {%- if dbt_jetstream.is_censored(joint) -%}
            {%- do censored.append([joint.id | string, 'y_' ~ joint.id, 'x_' ~ joint.id]) -%}
        {%- else -%}
            {%- set sides = dbt_jetstream.joint_sides(period, joint, lock) -%}
            {%- do plain.append([joint.id | string, sides.y, sides.x]) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if plain -%}
        {%- do selects.append(dbt_jetstream.unit_rows(period, fields, plain, lock, metrics, missing)) -%}
    {%- endif -%}
    {%- if censored -%}
        {%- do selects.append(dbt_jetstream.censored_rows(period, fields, censored, lock, metrics, missing)) -%}
    {%- endif -%}
{%- endfor -%}
{{ dbt_jetstream.united('unit_pairs', selects) }}
{%- endmacro %}
