{{ config(materialized='copy', copy_materialization='incremental',
    kms_key_name='projects/p/locations/eu/keyRings/r/cryptoKeys/k') }}
{{ ref('north') }}
