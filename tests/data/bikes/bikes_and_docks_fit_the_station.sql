{{ config(severity='warn') }}

-- A few more than its size are seen while bikes stand beside docks.
select current_state.station_id, current_state.bikes, current_state.docks, stations.capacity
from {{ ref('station_current') }} as current_state
inner join {{ ref('dim_station') }} as stations
    on current_state.station_id = stations.station_id and stations.is_current
where current_state.bikes + current_state.docks > stations.capacity + 5
