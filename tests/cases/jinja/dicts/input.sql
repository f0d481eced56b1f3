{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}<<{{ d }}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}<<{{ d.a }}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}<<{{ d['a'] }}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}<<{{ d.b.c[0] }}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}<<{{ d[3] }}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}<<{{ d.get('z') }}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}<<{{ d.get('z', 'dflt') }}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}<<{{ 'a' in d }}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}<<{{ d | length }}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}{%- do d.update({'x': 9}) -%}{%- do d.update(y=8) -%}<<{{ d.keys() | list }}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}{%- do d.update({'x': 9}) -%}{%- do d.update(y=8) -%}<<{{ d.values() | list }}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}{%- do d.update({'x': 9}) -%}{%- do d.update(y=8) -%}<<{{ d.items() | list }}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}{%- do d.update({'x': 9}) -%}{%- do d.update(y=8) -%}<<{{ d.pop('x') }}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}{%- do d.update({'x': 9}) -%}{%- do d.update(y=8) -%}<<{{ d.pop('nope', 'q') }}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}{%- do d.update({'x': 9}) -%}{%- do d.update(y=8) -%}{%- do d.setdefault('s', []) -%}{%- do d.s.append(1) -%}<<{{ d }}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}{%- do d.update({'x': 9}) -%}{%- do d.update(y=8) -%}{%- do d.setdefault('s', []) -%}{%- do d.s.append(1) -%}<<{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}{%- do d.update({'x': 9}) -%}{%- do d.update(y=8) -%}{%- do d.setdefault('s', []) -%}{%- do d.s.append(1) -%}<<{% for k in d %}{{ k }},{% endfor %}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}{%- do d.update({'x': 9}) -%}{%- do d.update(y=8) -%}{%- do d.setdefault('s', []) -%}{%- do d.s.append(1) -%}<<{{ {'b': 1, 'a': 2} | dictsort }}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}{%- do d.update({'x': 9}) -%}{%- do d.update(y=8) -%}{%- do d.setdefault('s', []) -%}{%- do d.s.append(1) -%}<<{{ {'b': 1, 'a': 2} | items | list }}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}{%- do d.update({'x': 9}) -%}{%- do d.update(y=8) -%}{%- do d.setdefault('s', []) -%}{%- do d.s.append(1) -%}<<{{ {'k': none} }}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}{%- do d.update({'x': 9}) -%}{%- do d.update(y=8) -%}{%- do d.setdefault('s', []) -%}{%- do d.s.append(1) -%}<<{{ {'k': true}['k'] }}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}{%- do d.update({'x': 9}) -%}{%- do d.update(y=8) -%}{%- do d.setdefault('s', []) -%}{%- do d.s.append(1) -%}<<{{ d.nope }}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}{%- do d.update({'x': 9}) -%}{%- do d.update(y=8) -%}{%- do d.setdefault('s', []) -%}{%- do d.s.append(1) -%}<<{{ d.nope is defined }}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}{%- do d.update({'x': 9}) -%}{%- do d.update(y=8) -%}{%- do d.setdefault('s', []) -%}{%- do d.s.append(1) -%}<<{{ d['nope'] | default('dd') }}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}{%- do d.update({'x': 9}) -%}{%- do d.update(y=8) -%}{%- do d.setdefault('s', []) -%}{%- do d.s.append(1) -%}<<{{ d == d }}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}{%- do d.update({'x': 9}) -%}{%- do d.update(y=8) -%}{%- do d.setdefault('s', []) -%}{%- do d.s.append(1) -%}<<{{ {} }}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}{%- do d.update({'x': 9}) -%}{%- do d.update(y=8) -%}{%- do d.setdefault('s', []) -%}{%- do d.s.append(1) -%}<<{{ {'a':1} == {'a':1} }}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}{%- do d.update({'x': 9}) -%}{%- do d.update(y=8) -%}{%- do d.setdefault('s', []) -%}{%- do d.s.append(1) -%}<<{{ d.copy() }}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}{%- do d.update({'x': 9}) -%}{%- do d.update(y=8) -%}{%- do d.setdefault('s', []) -%}{%- do d.s.append(1) -%}{%- set e = dict(d, new=1) if false else {} -%}<<{{ e }}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}{%- do d.update({'x': 9}) -%}{%- do d.update(y=8) -%}{%- do d.setdefault('s', []) -%}{%- do d.s.append(1) -%}{%- set e = dict(d, new=1) if false else {} -%}{%- set f = dict([('a', 1)]) -%}<<{{ f }}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}{%- do d.update({'x': 9}) -%}{%- do d.update(y=8) -%}{%- do d.setdefault('s', []) -%}{%- do d.s.append(1) -%}{%- set e = dict(d, new=1) if false else {} -%}{%- set f = dict([('a', 1)]) -%}{%- set t = d.items() | list -%}<<{{ t[0][0] }}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}{%- do d.update({'x': 9}) -%}{%- do d.update(y=8) -%}{%- do d.setdefault('s', []) -%}{%- do d.s.append(1) -%}{%- set e = dict(d, new=1) if false else {} -%}{%- set f = dict([('a', 1)]) -%}{%- set t = d.items() | list -%}<<{{ t[0] }}>>
{%- set d = {'a': 1, 'b': {'c': [1, 2]}, 3: 'three'} -%}{%- do d.update({'x': 9}) -%}{%- do d.update(y=8) -%}{%- do d.setdefault('s', []) -%}{%- do d.s.append(1) -%}{%- set e = dict(d, new=1) if false else {} -%}{%- set f = dict([('a', 1)]) -%}{%- set t = d.items() | list -%}{%- set d2 = {'x': 1} -%}{%- set _ = d2.update({'y': 2}) -%}<<{{ d2 }}>>
<<{{ {'a': 1}.pop('b', none) }}>>
