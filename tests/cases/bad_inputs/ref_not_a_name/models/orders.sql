select * from {{ ref(3, [1]) }}
