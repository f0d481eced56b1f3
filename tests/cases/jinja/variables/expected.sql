<<{'a': datetime.date(2024, 1, 1), 'b': datetime.datetime(2024, 1, 1, 10, 0), 'c': [datetime.datetime(2024, 2, 3, 10, 0, tzinfo=datetime.timezone.utc)], 'd': '2024-01-01', 'e': '2024-1-5', 'f': datetime.datetime(2024, 1, 5, 1, 2, 3, 500000, tzinfo=datetime.timezone(datetime.timedelta(seconds=7200))), 'g': datetime.datetime(2024, 1, 1, 10, 0)}>>
<<2024 01 2024-01-01 None>>
<<2024-01-01 20240101 2024-01-02 10 2024-01-01 10:30:00+00:00 UTC [1, 'two', 3.5, datetime.date(2024, 2, 3)] 2024 2024-01-01  False 2024-01-01 '2024-01-01' False True>>
<<a: 2024-01-01¶b: 2024-01-01 10:30:00¶>>
<<2 dev 21 None None 1.5 {{ 1 }}>>
