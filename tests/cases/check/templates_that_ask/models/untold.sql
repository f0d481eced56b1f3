with unioned as (
    {{ union_of([source('raw', 'boats')]) }}
)
select id from unioned
