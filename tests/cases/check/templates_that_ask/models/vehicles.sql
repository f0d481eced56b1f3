with unioned as (
    {{ union_of([ref('boats'), ref('cars')]) }}
)
select id, rig, doors, wheels, origin from unioned
