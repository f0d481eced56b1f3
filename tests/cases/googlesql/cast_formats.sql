select
  cast(date '2024-01-05' as string format 'Day, DD. Month YYYY, DDD') as a_day,
  cast(timestamp '2024-07-01 10:00:00.5' as string format 'HH12:MI:SS.FF2 PM TZH:TZM' at time zone 'Asia/Kolkata') as a_moment,
  cast(time '07:08:09' as string format '"at" HH24 "o\'clock"') as a_time,
  cast('05/01/2024' as date format 'DD/MM/YYYY') as read_day,
  cast('jan 5 24 03:30 p.m.' as datetime format 'MON DD YY HH:MI A.M.') as read_datetime,
  cast('2024-07-01 10' as timestamp format 'YYYY-MM-DD HH24' at time zone 'Europe/Paris') as read_moment,
  cast(b'a\xff' as string format 'base8') as octal,
  to_hex(cast('YWL/' as bytes format 'base64')) as of_base64,
  safe_cast('31/31/2024' as date format 'DD/MM/YYYY') as no_day,
  cast(date '2024-01-05' as string format cast(null as string)) as no_format
