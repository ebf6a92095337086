{#- How bins are numbered. A value in [2^octave, 2^(octave + 1)) has bin `middle` + `parts` * octave + its part of the
    octave; a negative one the same with a minus. Zero and, where all values are integers, those up to
    `last_integer` are bins by themselves. With `few_segments` units are counted by all their segments before they are
    counted in each: few combinations of segments have as few bins.

    Returns: dict
-#}
{% macro bin_numbers() %}
    {{- return({
        'parts': 16,
        'middle': 40000,
        'least_placed': 20000,
        'most_placed': 80000,
        'lowest_octave': -1000,
        'last_integer': 1000,
        'infinity': 2000000,
        'nan': 3000000,
        'few_segments': 4,
    }) -}}
{% endmacro %}
