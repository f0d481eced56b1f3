select '{{ var('country') }}' as country
