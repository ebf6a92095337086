{{ dbt_jetstream.statistics_view(statistics=ref('statistics_fenix_toolbar_shortcut')) }}
