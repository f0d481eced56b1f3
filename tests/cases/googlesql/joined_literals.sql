select 'a' "b" r'\n' as text, b'a' b'b' as bytes
