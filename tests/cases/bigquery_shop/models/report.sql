{{ config(materialized='table', publish='audited', grants={'roles/bigquery.dataViewer': ['user:ann@example.com']}) }}
select ledger.id, ledger.amount, latest.day
from {{ ref('ledger') }} as ledger
join {{ ref('latest') }} as latest on latest.id = ledger.id
