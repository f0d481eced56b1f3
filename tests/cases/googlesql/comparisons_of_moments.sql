select
  date '2024-01-05' = '2024-1-5' as a_text_written_out,
  '2024-01-05' in (date '2024-01-05') as in_a_list,
  timestamp '2024-01-05' between '2024-01-04 23:00:00-02' and '2024-12-31' as between_texts,
  date '2024-01-05' in unnest(['2024-01-05']) as in_an_array,
  date '2024-01-05' = datetime '2024-01-05 00:00:00' as a_day_and_its_begin,
  case date '2024-01-05' when '2024-1-5' then 'same' end as chosen
