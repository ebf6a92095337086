{{ dbt_jetstream.moments(
    pieces=ref('pieces_fenix_toolbar_shortcut'),
    metrics={'daily': ref('fenix_toolbar_shortcut_daily'), 'weekly': ref('fenix_toolbar_shortcut_weekly'), 'days28': ref('fenix_toolbar_shortcut_days28'), 'overall': ref('fenix_toolbar_shortcut_overall'), 'preenrollment_weekly': ref('fenix_toolbar_shortcut_preenrollment_weekly')},
) }}
