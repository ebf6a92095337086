{#- Where bins are cut into pieces. docs/statistics.md says what the cuts cost in exactness.

    Returns: dict: `kept_units` (int, a branch of so few keeps all its values), `largest` (float, a value beyond it has
        no part in its branch's spread: its square might overflow, an error on BigQuery), `heavy_share` (float, of a
        branch's spread: a bin with more is cut), `heavy_parts` (int, pieces of such a bin), `decile_parts` (int, cuts in
        a standard deviation of a decile's rank), `decile_deviations` (int, as far as its bootstrap spreads)
-#}
{% macro piece_numbers() %}
    {{- return({
        'kept_units': 2000,
        'largest': '1e100',
        'heavy_share': 0.01,
        'heavy_parts': 64,
        'decile_parts': 16,
        'decile_deviations': 5,
    }) -}}
{% endmacro %}
