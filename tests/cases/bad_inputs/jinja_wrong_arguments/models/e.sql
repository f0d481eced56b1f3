select {{ ref('base', x=1) }}
