{#- The moments of a metric, and of its covariate, that a linear model needs.

    Both are clipped at the quantile of all branches together, rounded up where they are integers.
    Where there is a covariate, units without one are left out, but after clipping.

    Args: period (str), summary (dict, from the lock), columns (dict of Column), metrics (dict of relations
        by period), length (int, days of a window)
-#}
{% macro linear_moments(period, summary, columns, metrics, length) -%}
    {%- set pool = 'window_index, analysis_basis, segment' -%}
    {%- set type = columns[summary.metric] -%}
    {%- set changes = ['normalize_over_analysis_period', 'log'] -%}
    {%- set is_treated = summary.pre_treatments | selectattr('name', 'in', changes) | list | length > 0 -%}
    {%- set y = clipped('value', summary.drop_highest, pool, type.is_integer() and not is_treated) -%}
    {%- set covariate = summary.covariate if not period.startswith('preenrollment') else none -%}
    {%- set covariate_type = columns_by_name(metrics[covariate.period])[covariate.metric] if covariate -%}
    {%- set units = adjusted_units(period, metrics, covariate, covariate_type) if covariate else period ~ '_units' -%}
    {%- set values = unit_values(units, summary.metric, type, 'covariate' if covariate) -%}
    {%- set names = ['units', 'all_units', 'mean', 'variance', 'highest'] -%}
    {%- if covariate -%}
        {%- for name in ['mean', 'variance', 'lowest', 'highest'] -%}
            {%- do names.append('covariate_' ~ name) -%}
        {%- endfor -%}
        {%- do names.append('covariance') -%}
    {%- endif -%}
    {%- set query -%}
(
    select
        window_index,
        analysis_basis,
        segment,
        branch,
        cast(count(y) as {{ float_type() }}) as units,
        cast(count(*) as {{ float_type() }}) as all_units,
        avg(y) as mean,
        var_pop(y) as variance,
        max(value) as highest
        {%- if covariate %},
        avg(x) as covariate_mean,
        var_pop(x) as covariate_variance,
        min(x) as covariate_lowest,
        max(x) as covariate_highest,
        covar_pop(y, x) as covariance
        {%- endif %}
    from (
        select
            window_index,
            analysis_basis,
            segment,
            branch,
            value,
            {{ 'case when covariate is not null then ' ~ y ~ ' end' if covariate else y }} as y
            {%- if covariate %},
            case when covariate is not null then {{ clipped('covariate', summary.drop_highest, pool, covariate_type.is_integer()) }} end as x
            {%- endif %}
        from {{ treated(values, summary.pre_treatments, length, 'covariate' if covariate) | indent(8) }}
        where value is not null
    ) as clipped
    group by window_index, analysis_basis, segment, branch
)
    {%- endset -%}
    {{- moment_rows(period, summary, names, query) -}}
{%- endmacro %}
