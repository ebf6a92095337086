{{ config(materialized='incremental', incremental_strategy='merge', unique_key='id') }}
select 1 as id, '{{ 'second' if is_incremental() else 'first' }}' as state
