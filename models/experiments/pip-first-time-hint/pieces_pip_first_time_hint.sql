{{ dbt_jetstream.pieces(
    bins=ref('bins_pip_first_time_hint'),
    metrics={'daily': ref('pip_first_time_hint_daily'), 'weekly': ref('pip_first_time_hint_weekly'), 'days28': ref('pip_first_time_hint_days28'), 'overall': ref('pip_first_time_hint_overall'), 'preenrollment_weekly': ref('pip_first_time_hint_preenrollment_weekly')},
) }}
