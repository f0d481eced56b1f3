select '{{ env_var('SHOP_COUNTRY_NOT_SET') }}' as country
