select {{ config('x') }} 1 as a
