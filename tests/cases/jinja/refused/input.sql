{%- set s = set([1, 2]) -%}{%- do s.remove(9) -%}
{{ set([]).pop() }}
{{ set_strict(1) }}
{{ set_strict([[1]]) }}
{{ set(['a']).append('b') }}
{{ zip_strict(1, 2) }}
{{ zip([1], [2]) | length }}
{{ modules.itertools.groupby(['a', 'a', 'b']) | list }}
{{ cycler() }}
{{ [1, 2] | map('string') | length }}
{{ {'a': 1}.keys().append('x') }}
{{ (1, 2).append(3) }}
{{ [1, 2] + (3,) }}
{{ [1, 2] + ([3] | map('string')) }}
{{ [1] - [1] }}
{{ {'a': 1} + {'b': 2} }}
{{ range(1000000) }}
