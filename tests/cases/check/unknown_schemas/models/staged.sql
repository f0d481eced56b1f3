with source as (select * from {{ source('raw', 'undeclared') }})

select *, anything + 1 as more, other.thing as thing from source
