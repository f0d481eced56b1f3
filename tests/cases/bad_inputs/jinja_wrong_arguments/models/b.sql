select {{ ref() }}
