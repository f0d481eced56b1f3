{%- set s = set([1, 2]) -%}<<{{ s.union([3]) | sort }} {{ s.union([3], [4]) | sort }} {{ s.difference([1]) }} {{ s.intersection([2, 3]) }} {{ s.symmetric_difference([2, 3]) | sort }}>>
{%- set s = set([1, 2]) -%}<<{{ s.issubset([1, 2, 3]) }} {{ s.issuperset([1]) }} {{ s.isdisjoint([4]) }} {{ s.copy() | list }} {{ 1 in s }} {{ 5 in s }} {{ 5 not in s }}>>
{%- set s = set([1, 2]) -%}{%- set t = s -%}{%- do t.update([3], [4]) -%}{%- do s.remove(1) -%}{%- do s.discard(9) -%}<<{{ s | sort }} {{ t | length }}>>
{%- set s = set([1, 2]) -%}{%- do s.clear() -%}<<{{ s }} {{ 'empty' if not s }}>>
{%- set s = set([1]) -%}<<{{ s.pop() }} {{ s }}>>
{%- set s = set([1, 2, 3]) -%}{%- do s.difference_update([1]) -%}{%- do s.intersection_update([2]) -%}{%- do s.symmetric_difference_update([7]) -%}<<{{ s | sort }}>>
<<{{ set([1, 2]) - set([2]) }}>>
{%- set a = set([1, 2]) -%}{%- set b = set([2]) -%}<<{{ a - b }} {{ (a - b) | list }} {{ a > b }} {{ a >= a }} {{ b < a }} {{ a <= b }}>>
<<{% for x in set([3]) %}{{ x }}{{ loop.last }}{% endfor %}>>
<<{{ set(['a', 'b', 'a']) | sort | join(',') }} {{ set('hello') | sort | join }} {{ set({'k': 1}) }}>>
<<{{ set(1) }} {{ set(1, 'd') }} {{ set(1, default=[]) }} {{ set(none) }} {{ set(none, [1]) }}>>
<<{{ set_strict([1, 1]) }}>>
<<{{ set([[1]]) }}>>
<<{{ set([(1, 2), (1, 2)]) }}>>
<<{{ set([1, 1.0, true]) | length }}>>
<<{{ set(['a']) is iterable }} {{ set(['a']) is sequence }} {{ set(['a']) is mapping }} {{ set(['a']) is string }}>>
<<{{ set([1, 2]) | first }} {{ set([5]) | list }} {{ set([1, 2]) | sum }} {{ set([1, 2]) | max }} {{ set([1]) | string }} {{ set(['x']) | join(',') }}>>
<<{{ set(['a'])[0] }}>>
<<{{ [set([1])] }} {{ {'s': set([1])} }}>>
<<{{ set([1]) ~ 'x' }}>>
<<{{ set(['a']).union(set(['b'])) | sort }} {{ set(['a']) | list + ['c'] }}>>
<<{{ set([none, 'a']) | length }} {{ none in set([none]) }}>>
<<{{ set(['a', 'b']) | map('upper') | sort | list }} {{ set(['a', 'b']) | reject('equalto', 'a') | list }}>>
<<{{ (set(['a', 'b']) | list) | length }} {{ set([1, 2, 3]) | select('odd') | list }}>>
<<{{ set(range(3)) }} {{ set([1,2]) | unique | list }}>>
