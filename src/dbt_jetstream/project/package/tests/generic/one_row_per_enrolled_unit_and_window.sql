{#- In every analysis basis and window, each enrolled unit has exactly one row per branch.

    Looks at the windows that have not been counted in bins yet. Those that `jetstream rerun-skip` kept are
    left out: the enrollments may have been made anew since.
-#}
{% test one_row_per_enrolled_unit_and_window(model, enrollments) %}
{%- set node = dbt_jetstream.node_of(model) if execute %}
with

current_rows as (
    select analysis_basis, window_index, analysis_id, branch
    from {{ model }}
    where
        definition_hash = '{{ node.config.meta.definition_hash if node }}'
        and {{ dbt_jetstream.untested_windows(model) }}
),

expected as (
    select
        windows.analysis_basis,
        windows.window_index,
        units.analysis_id,
        units.branch
    from (select distinct analysis_basis, window_index from current_rows) as windows
    cross join {{ enrollments }} as units
),

counted as (
    select analysis_basis, window_index, analysis_id, branch, 1 as expected_rows, 0 as found_rows
    from expected
    union all
    select analysis_basis, window_index, analysis_id, branch, 0 as expected_rows, 1 as found_rows
    from current_rows
)

{#- with the table: HAVING would take the sums for the columns of their names -#}
select
    counted.analysis_basis,
    counted.window_index,
    counted.analysis_id,
    counted.branch,
    sum(counted.expected_rows) as expected_rows,
    sum(counted.found_rows) as found_rows
from counted
group by 1, 2, 3, 4
having sum(counted.expected_rows) != sum(counted.found_rows)
{% endtest %}
