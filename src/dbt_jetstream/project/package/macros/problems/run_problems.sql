{#- What went wrong in a run, by experiment: failed nodes and tests, and data sources that were left out.

    Args: results (of the run)
    Returns: dict by slug of {grid, rows, lost_grid, done, is_well}: the completeness node, of dbt's graph;
        problems, dicts by column; whether the run should have built the grid and has not; the ids of
        nodes that were built or passed; whether all did
-#}
{% macro run_problems(results) %}
    {%- set found = {} -%}
    {%- for result in results -%}
        {%- set model = dbt_jetstream.experiment_model(result.node) -%}
        {%- set slug = model.config.meta.experiment.slug if model else none -%}
        {%- if slug and slug not in found -%}
            {%- set grid = dbt_jetstream.grid_of(model) -%}
            {%- do found.update({slug: {
                'grid': grid,
                'rows': dbt_jetstream.absent_source_problems(grid) + dbt_jetstream.left_out_problems(grid) + dbt_jetstream.unadjusted_problems(grid) if grid else [],
                'lost_grid': false,
                'done': {},
                'is_well': true,
            }}) -%}
        {%- endif -%}
        {%- if slug -%}
            {%- set rows = dbt_jetstream.node_problems(result, model) -%}
            {%- do found[slug].rows.extend(rows) -%}
            {%- if result.status in ['success', 'pass', 'warn'] -%}
                {%- do found[slug].done.update({result.node.unique_id: true}) -%}
            {%- else -%}
                {%- do found[slug].update({'is_well': false}) -%}
            {%- endif -%}
            {%- if result.node.unique_id == found[slug].grid.unique_id and result.status != 'success' -%}
                {%- do found[slug].update({'lost_grid': true}) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
