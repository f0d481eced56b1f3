<<{{ zip([1, 2], ['a', 'b']) | list }} {{ zip([1, 2, 3], 'ab') | list }} {{ zip() | list }}>>
<<{{ zip(1, 2) }} {{ zip(1, 2, default=[]) }} {{ zip([1], none, default='d') }}>>
<<{{ zip_strict([1], [2]) | list }}>>
<<{% for a, b in zip([1, 2], ['x', 'y']) %}{{ a }}{{ b }}{% endfor %}>>
<<{{ dict(zip(['a', 'b'], [1, 2])) }}>>
{%- set z = zip([1], [2]) -%}<<{{ z | list }} {{ z | list }}>>
<<{% for x in modules.itertools.count(3) %}{% if x > 5 %}{% break %}{% endif %}{{ x }}{% endfor %}>>
<<{{ modules.itertools.islice(modules.itertools.count(3), 3) | list }} {{ modules.itertools.islice(modules.itertools.count(3, 2), 3) | list }} {{ modules.itertools.islice(modules.itertools.count(), 2) | list }} {{ modules.itertools.islice(modules.itertools.count(start=1, step=0.5), 3) | list }}>>
{%- set c = modules.itertools.count(1) -%}<<{{ c | first }} {{ c | first }}>>
<<{{ modules.itertools.islice(modules.itertools.cycle('ab'), 5) | list }} {{ zip(['x', 'y', 'z'], modules.itertools.cycle([1, 2])) | list }} {{ zip(modules.itertools.count(1), ['a', 'b']) | list }}>>
<<{{ modules.itertools.islice(modules.itertools.repeat('x'), 3) | list }} {{ modules.itertools.repeat('x', 2) | list }} {{ modules.itertools.repeat('x', times=2) | list }}>>
<<{{ modules.itertools.accumulate([1, 2, 3]) | list }} {{ modules.itertools.accumulate(['a', 'b']) | list }} {{ modules.itertools.accumulate([1, 2], initial=10) | list }} {{ modules.itertools.accumulate([]) | list }}>>
<<{{ modules.itertools.compress('abc', [1, 0, 1]) | list }} {{ modules.itertools.compress(['a', 'b'], [true, false]) | list }}>>
<<{% for t in modules.itertools.tee([1, 2]) %}{{ t | list }}{% endfor %} {{ modules.itertools.tee('ab', 3) | length }}>>
<<{{ modules.itertools.chain([1], 'ab', (2, 3)) | list }} {{ modules.itertools.chain([1], {'k': 1}) | list }} {{ modules.itertools.chain(*[[1], [2]]) | list }}>>
<<{{ modules.itertools.zip_longest([1, 2], ['a'], fillvalue='-') | list }} {{ modules.itertools.zip_longest([1, 2], ['a']) | list }}>>
<<{{ modules.itertools.product([1, 2], repeat=2) | list }} {{ modules.itertools.product('ab', [1]) | list }} {{ modules.itertools.product() | list }}>>
<<{{ modules.itertools.permutations([1, 2, 3], 2) | list }} {{ modules.itertools.permutations('ab') | list }} {{ modules.itertools.combinations('abc', r=2) | list }} {{ modules.itertools.combinations_with_replacement('ab', 2) | list }} {{ modules.itertools.combinations('ab', 3) | list }}>>
<<{{ modules.itertools.islice([1, 2, 3, 4], 1, 3) | list }} {{ modules.itertools.islice([1, 2, 3, 4], 1, none) | list }} {{ modules.itertools.islice([1, 2, 3, 4], 0, none, 2) | list }} {{ modules.itertools.islice('abcd', none) | list }}>>
{%- set j = joiner() -%}<<{{ j() }}a{{ j() }}b{{ j() }}c>>
{%- set j = joiner(' and ') -%}<<{% for x in [1, 2, 3] %}{{ j() }}{{ x }}{% endfor %}>>
{%- set c = cycler('odd', 'even') -%}<<{{ c.next() }} {{ c.current }} {{ c.next() }} {{ c.current }} {{ c.next() }} {{ c.reset() }} {{ c.current }}>>
{%- set c = cycler(1, 2) -%}<<{% for x in 'abc' %}{{ c.next() }}{{ x }}{% endfor %} {{ c.items }} {{ c.pos }}>>
<<{% for x in [1, 2, 3] %}{{ loop.cycle('a', 'b') }}{% endfor %}>>
{%- set n = namespace(x=1) -%}{%- set n.x = 2 -%}<<{{ n.x }}>>
<<{{ range(3) | list }} {{ range(1, 4, 2) | list }} {{ range(3) }} {{ range(3)[1] }} {{ range(5) | length }} {{ 2 in range(3) }}>>
<<{{ dict(a=1) }} {{ dict({'a': 1}, b=2) }} {{ dict([('a', 1)]) }}>>
