{#- How kernel densities are summed.

    Returns: dict: `cells` (int, in a bandwidth), `reach` (float, bandwidths beyond which a kernel counts nothing:
        below 10^-9 of its peak), `unit` (int, kernels are summed as integers in its reciprocal)
-#}
{% macro density_numbers() %}
    {{- return({'cells': 8, 'reach': 6.5, 'unit': 1073741824}) -}}
{% endmacro %}
