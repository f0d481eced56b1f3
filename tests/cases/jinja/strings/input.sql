{%- set s = 'Hello World' -%}<<{{ s | upper }}>>
{%- set s = 'Hello World' -%}<<{{ s.lower() }}>>
{%- set s = 'Hello World' -%}<<{{ s | title }}>>
{%- set s = 'Hello World' -%}<<{{ s | capitalize }}>>
{%- set s = 'Hello World' -%}<<{{ s | replace('o', '0') }}>>
{%- set s = 'Hello World' -%}<<{{ s.replace('o', '0', 1) }}>>
{%- set s = 'Hello World' -%}<<{{ s | length }}>>
{%- set s = 'Hello World' -%}<<{{ s[0:5] }}>>
{%- set s = 'Hello World' -%}<<{{ s[-1] }}>>
{%- set s = 'Hello World' -%}<<{{ s[::-1] }}>>
{%- set s = 'Hello World' -%}<<{{ s.split() }}>>
{%- set s = 'Hello World' -%}<<{{ s.split(' ')[1] }}>>
{%- set s = 'Hello World' -%}<<{{ s.startswith('He') }}>>
{%- set s = 'Hello World' -%}<<{{ s.endswith(('x', 'ld')) }}>>
{%- set s = 'Hello World' -%}<<{{ s.find('o') }}>>
{%- set s = 'Hello World' -%}<<{{ s.count('l') }}>>
{%- set s = 'Hello World' -%}<<{{ s.index('W') }}>>
{%- set s = 'Hello World' -%}<<{{ s.swapcase() }}>>
{%- set s = 'Hello World' -%}<<{{ ' x '.strip() }}>>
{%- set s = 'Hello World' -%}<<{{ 'xxaxx'.strip('x') }}>>
{%- set s = 'Hello World' -%}<<{{ '--a'.lstrip('-') }}>>
{%- set s = 'Hello World' -%}<<{{ 'a;;'.rstrip(';') }}>>
{%- set s = 'Hello World' -%}<<{{ s | trim }}>>
{%- set s = 'Hello World' -%}<<{{ '  q ' | trim }}>>
{%- set s = 'Hello World' -%}<<{{ '%s-%s' % ('a', 1) }}>>
{%- set s = 'Hello World' -%}<<{{ '%05d' % 42 }}>>
{%- set s = 'Hello World' -%}<<{{ '%.2f' % 3.14159 }}>>
{%- set s = 'Hello World' -%}<<{{ '%s' % [1] }}>>
{%- set s = 'Hello World' -%}<<{{ '%d%%' % 5 }}>>
{%- set s = 'Hello World' -%}<<{{ '%(a)s' % {'a': 1} }}>>
{%- set s = 'Hello World' -%}<<{{ "%s" | format('x') }}>>
{%- set s = 'Hello World' -%}<<{{ '%x' % 255 }}>>
{%- set s = 'Hello World' -%}<<{{ '%r' % 'a' }}>>
{%- set s = 'Hello World' -%}<<{{ '{} {}'.format(1, 'b') }}>>
{%- set s = 'Hello World' -%}<<{{ '{0}-{1}-{0}'.format('a', 'b') }}>>
{%- set s = 'Hello World' -%}<<{{ '{x}'.format(x=1) }}>>
{%- set s = 'Hello World' -%}<<{{ '{:>5}|{:<5}|{:^5}'.format('a', 'b', 'c') }}>>
{%- set s = 'Hello World' -%}<<{{ '{:02d}'.format(3) }}>>
{%- set s = 'Hello World' -%}<<{{ '{:,}'.format(1234567) }}>>
{%- set s = 'Hello World' -%}<<{{ '{:.3f}'.format(2.5) }}>>
{%- set s = 'Hello World' -%}<<{{ '{a.b}'.format(a={'b': 1}) if false }}>>
{%- set s = 'Hello World' -%}<<{{ 'abc' ~ 1 ~ none ~ true ~ [1] }}>>
{%- set s = 'Hello World' -%}<<{{ 'a' + 'b' }}>>
{%- set s = 'Hello World' -%}<<{{ 'ab' * 3 }}>>
{%- set s = 'Hello World' -%}<<{{ 'b' in 'abc' }}>>
{%- set s = 'Hello World' -%}<<{{ 'a' < 'b' }}>>
{%- set s = 'Hello World' -%}<<{{ '7'.zfill(3) }}>>
{%- set s = 'Hello World' -%}<<{{ 'a.b.c'.rsplit('.', 1) }}>>
{%- set s = 'Hello World' -%}<<{{ 'k=v=w'.partition('=') }}>>
{%- set s = 'Hello World' -%}<<{{ 'pre_x'.removeprefix('pre_') }}>>
{%- set s = 'Hello World' -%}<<{{ 'abc'.isalpha() }}>>
{%- set s = 'Hello World' -%}<<{{ '12'.isdigit() }}>>
{%- set s = 'Hello World' -%}<<{{ 'Ab c'.title() }}>>
{%- set s = 'Hello World' -%}<<{{ 'x'.join(['a', 'b']) }}>>
{%- set s = 'Hello World' -%}<<{{ ','.join(names) if names }}>>
{%- set s = 'Hello World' -%}<<{{ 'l1\nl2'.splitlines() }}>>
{%- set s = 'Hello World' -%}<<{{ 'abc'.isupper() }}>>
{%- set s = 'Hello World' -%}<<{{ 'ABC'.isupper() }}>>
{%- set s = 'Hello World' -%}<<{{ 'a1'.isalnum() }}>>
{%- set s = 'Hello World' -%}<<{{ 'ß'.upper() }}>>
{%- set s = 'Hello World' -%}<<{{ 'long text here for truncation' | truncate(15) }}>>
{%- set s = 'Hello World' -%}<<{{ 'long text here for truncation' | truncate(12, true, '..') }}>>
{%- set s = 'Hello World' -%}<<{{ 'x' | indent(2) }}>>
{%- set s = 'Hello World' -%}<<{{ '<b>' | escape }}>>
{%- set s = 'Hello World' -%}<<{{ '<a>' | e }}>>
{%- set s = 'Hello World' -%}<<{{ 'x' | center(5) }}>>
{%- set s = 'Hello World' -%}<<{{ 'a b' | urlencode }}>>
{%- set s = 'Hello World' -%}<<{{ 'one two' | wordcount }}>>
{%- set s = 'Hello World' -%}<<{{ '<p>x</p>' | striptags }}>>
{%- set s = 'Hello World' -%}<<{{ 3 | string ~ 'x' }}>>
{%- set s = 'Hello World' -%}<<{{ '3' | int + 1 }}>>
{%- set s = 'Hello World' -%}<<{{ 'x' | int }}>>
{%- set s = 'Hello World' -%}<<{{ 'x' | int(7) }}>>
{%- set s = 'Hello World' -%}<<{{ '3.5' | float }}>>
{%- set s = 'Hello World' -%}<<{{ 3.7 | int }}>>
{%- set s = 'Hello World' -%}<<{{ 3.14159 | round(2) }}>>
{%- set s = 'Hello World' -%}<<{{ 2.5 | round }}>>
{%- set s = 'Hello World' -%}<<{{ 2.5 | round(0, 'floor') | int }}>>
{%- set s = 'Hello World' -%}<<{{ 7 // 2 }}>>
{%- set s = 'Hello World' -%}<<{{ 7 / 2 }}>>
{%- set s = 'Hello World' -%}<<{{ 6 / 2 }}>>
{%- set s = 'Hello World' -%}<<{{ 7 % 3 }}>>
{%- set s = 'Hello World' -%}<<{{ 2 ** 10 }}>>
{%- set s = 'Hello World' -%}<<{{ -7 // 2 }}>>
{%- set s = 'Hello World' -%}<<{{ -7 % 3 }}>>
{%- set s = 'Hello World' -%}<<{{ 1e3 }}>>
{%- set s = 'Hello World' -%}<<{{ 0.1 + 0.2 }}>>
{%- set s = 'Hello World' -%}<<{{ 10 | abs }}>>
{%- set s = 'Hello World' -%}<<{{ -3 | abs }}>>
{%- set s = 'Hello World' -%}<<{{ 1_000 }}>>
{%- set s = 'Hello World' -%}<<{{ 1.0 }}>>
{%- set s = 'Hello World' -%}<<{{ 100000000000000000000 }}>>
{%- set s = 'Hello World' -%}<<{{ 2 ** -1 }}>>
{%- set s = 'Hello World' -%}<<{{ 1 / 3 }}>>
{%- set s = 'Hello World' -%}<<{{ none }}>>
{%- set s = 'Hello World' -%}<<{{ true and 'x' or 'y' }}>>
{%- set s = 'Hello World' -%}<<{{ '' or 'z' }}>>
{%- set s = 'Hello World' -%}<<{{ not true }}>>
{%- set s = 'Hello World' -%}<<{{ 1 if false }}>>
{%- set s = 'Hello World' -%}<<{{ (1 if false) is defined }}>>
{%- set s = 'Hello World' -%}<<{{ undefined_thing }}>>
{%- set s = 'Hello World' -%}<<{{ undefined_thing | default('d') }}>>
{%- set s = 'Hello World' -%}<<{{ '' | default('e') }}>>
{%- set s = 'Hello World' -%}<<{{ '' | default('e', true) }}>>
{%- set s = 'Hello World' -%}<<{{ none | default('n') }}>>
{%- set s = 'Hello World' -%}<<{{ 1 == 1.0 }}>>
{%- set s = 'Hello World' -%}<<{{ '1' == 1 }}>>
{%- set s = 'Hello World' -%}<<{{ 1 < 2 < 3 }}>>
{%- set s = 'Hello World' -%}<<{{ none == none }}>>
{%- set s = 'Hello World' -%}<<{{ true == 1 }}>>
{%- set s = 'Hello World' -%}<<{{ 'a' 'b' }}>>
{%- set s = 'Hello World' -%}<<{% set block %} body {{ s }} {% endset %}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}<<{{ block }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}<<{{ up }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}<<{% filter upper %}abc {{ s }}{% endfilter %}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}<<{% raw %}{{ raw }}{% endraw %}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}<<{{ '{{' }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}<<{{ "a\tb\\n" }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}<<{{ 'it\'s' }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ a }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ b }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{% with q = 5 %}{{ q }}{% endwith %}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ s | list | length }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ 'abc' | reverse }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ 'abc' | first }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ ['a', 'b'] | join }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ s | pprint }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ 'x' | as_text }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ '1' | as_number }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ 'true' | as_bool }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ '[1]' | as_native }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ 12345.678 | int | string }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ 'aXbX'.rstrip('X') }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ 'a' ~ 'b' if true else 'c' }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ 5 | default(6) }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ s | replace(' ', '') | lower }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ ('a' if 1 > 2) or 'fallback' }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ 1234567.891 | round(1) }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ "a" is eq "a" }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ 4 is divisibleby 2 }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ 3 is odd }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ 'x' is in ['x'] }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ 'A' is upper }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ 'Caf\u00e9' }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ local_md5('abc') }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ s.encode('utf-8') | length }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ 'a-b_c'.replace('-', '_').split('_') | join('+') }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ "x" if s is not none and s else '' }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ s.__class__.__name__ if false }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ '5' * 3 }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ 10 / 4 | int }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ (10 / 4) | round | int }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ 'abc'[1] }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ 'abcdef'[2:4] }}>>
{%- set s = 'Hello World' -%}{%- set block -%} body {{ s }} {%- endset -%}{%- set up | upper -%}abc{%- endset -%}{%- set a, b = 1, 2 -%}<<{{ 'trailing' -}}>>
<<{{ undefined_thing | default(none) }}>>
<<{{ undefined_thing | d('x') }}>>
