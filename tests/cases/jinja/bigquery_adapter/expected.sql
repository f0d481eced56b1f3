<<`a` a>>
<<PartitionConfig(field='d', data_type='date', granularity='day', range=None, time_ingestion_partitioning=False, copy_partitions=False)>>
<<d timestamp hour None False False timestamp_trunc(d, hour) timestamp_trunc(x.d, hour) timestamp_trunc(x.d, hour) timestamp_trunc(d, hour) timestamp_trunc(x.d, hour) timestamp []>>
<<d date day d date(d)>>
<<{'start': 0, 'end': 100, 'interval': 10} n (n - MOD(n - 0, 10)) int64 0>>
<<None>>
<<{'a': {'name': 'a', 'data_type': 'struct<b string, c int64>'}, 'd': {'name': 'd', 'data_type': 'date'}}>>
<<{'a': {'name': 'a', 'data_type': 'array<struct<b string>>'}}>>
<<invalidate new_record ignore>>
<<None>>
<<[<BigQueryColumn a (int64, NULLABLE)>, <BigQueryColumn _PARTITIONTIME (date, NULLABLE)>]>>
<<a a a>>
