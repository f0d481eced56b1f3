{{ config(post_hook="{{ double(7, 8, 9) }}") }}
select 1 as x
