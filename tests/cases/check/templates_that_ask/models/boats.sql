select 1 as id, 'sloop' as rig
