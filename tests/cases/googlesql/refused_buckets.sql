select date_bucket(date '2024-01-10', interval 1 month), iferror(1, 2)
