{#- Every enrolled unit once per analysis basis and window.

    With an experiment's own exposure signal, the exposures basis has each window's own exposures:
    those between the signal's limits for that window. A window that waits for the signal has no such rows, and none
    has where the signal is left out.

    Args: lock (dict), exposure_days (relation, or none without a signal), late (list, see `late_sources`)
-#}
{% macro unit_windows(lock, exposure_days, late) -%}
    {%- set waiting = dbt_jetstream.waiting_windows(dbt_jetstream.exposure_signal_name(), late) -%}
    {%- if not exposure_days %}
select *
from anchored_units
cross join analysis_windows
        {%- if (lock.exposure_signal or {}).is_left_out %}
where analysis_basis != 'exposures'
        {%- endif %}
    {%- else %}
select
    u.* replace (
        case when u.analysis_basis = 'exposures' then x.exposure_date else u.exposure_date end
            as exposure_date,
        case
            when u.analysis_basis = 'exposures' then x.num_exposure_events
            else u.num_exposure_events
        end as num_exposure_events
    ),
    w.window_index,
    w.analysis_window_start,
    w.analysis_window_end
from anchored_units as u
cross join analysis_windows as w
left join (
    select
        d.analysis_id,
        d.branch,
        due.window_index,
        min(d.submission_date) as exposure_date,
        cast(sum(d.num_exposure_events) as {{ dbt_jetstream.integer_type() }}) as num_exposure_events
    from {{ exposure_days }} as d
    inner join analysis_windows as due
        on d.submission_date between due.first_exposure_date and due.last_exposure_date
    group by 1, 2, 3
) as x
    on x.analysis_id = u.analysis_id
    and x.branch = u.branch
    and x.window_index = w.window_index
        {%- if waiting %}
where not (u.analysis_basis = 'exposures' and w.window_index in ({{ waiting | join(', ') }}))
        {%- endif %}
    {%- endif -%}
{%- endmacro %}
