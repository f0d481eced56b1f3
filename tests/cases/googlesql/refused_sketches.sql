select hll_count.init(date '2024-01-01'), approx_top_count('x', 0), approx_top_sum('x', 1, 1)
