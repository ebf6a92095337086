{#- The series of an experiment, with what is as in most of them, and the joint that each is a side of.

    Args: meta (dict, of the pieces)
    Returns: list of dicts
-#}
{% macro looked_up_series(meta) %}
    {%- set most = {'joint': none, 'has_deciles': false} -%}
    {%- for setting in [
        'drop_highest', 'pooled_drop_highest', 'grid_size', 'log_space', 'density_size', 'density_log_space'
    ] -%}
        {%- do most.update({setting: none}) -%}
    {%- endfor -%}
    {%- set joints = {} -%}
    {%- for joint in meta.joint -%}
        {%- do joints.update({(joint.metric, 'y', joint.y_series): joint, (joint.metric, 'x', joint.x_series): joint}) -%}
    {%- endfor -%}
    {%- set found = [] -%}
    {%- for series in meta.series -%}
        {%- set joint = joints[series.metric, series.side, series.series] if series.side else none -%}
        {%- do found.append(dict(most, **dict(series, joint=joint))) -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
