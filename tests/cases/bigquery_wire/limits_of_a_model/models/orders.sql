{{ config(materialized='table', reservation='projects/p/locations/eu/reservations/r',
    job_execution_timeout_seconds=90, enable_change_history=true) }}
select 1 as id
