{# In every analysis basis and window, each enrolled unit has exactly one row per branch. #}
{% test one_row_per_enrolled_unit_and_window(model, enrollments) %}
with

expected as (
    select
        windows.analysis_basis,
        windows.window_index,
        units.analysis_id,
        units.branch
    from (select distinct analysis_basis, window_index from {{ model }}) as windows
    cross join {{ enrollments }} as units
),

counted as (
    select analysis_basis, window_index, analysis_id, branch, 1 as expected_rows, 0 as found_rows
    from expected
    union all
    select analysis_basis, window_index, analysis_id, branch, 0 as expected_rows, 1 as found_rows
    from {{ model }}
)

select
    analysis_basis,
    window_index,
    analysis_id,
    branch,
    sum(expected_rows) as expected_rows,
    sum(found_rows) as found_rows
from counted
group by 1, 2, 3, 4
having sum(expected_rows) != sum(found_rows)
{% endtest %}
