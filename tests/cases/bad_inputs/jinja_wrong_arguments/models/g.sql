select {{ source('a') }}
