{%- set l = [1, 2] -%}{%- set m = l | list -%}{%- do m.append(3) -%}<<{{ l }} {{ m }}>>
{%- set l = [1, 2] -%}{%- set m = l | sort -%}{%- do m.append(3) -%}<<{{ l }} {{ m }}>>
{%- set l = [1, 2, 3] -%}{%- set m = l[1:] -%}{%- do l.pop() -%}<<{{ l }} {{ m }}>>
{%- set l = [1, 2, 3] -%}{%- set m = l[1:] -%}{%- do m.append(4) -%}<<{{ l }} {{ m }}>>
{%- set l = [1, 2, 3] -%}{%- set m = l + [4] -%}{%- do l.pop() -%}<<{{ l }} {{ m }}>>
{%- set l = [1, 2, 3] -%}{%- set m = l + [4] -%}{%- do m.append(5) -%}<<{{ l }} {{ m }}>>
{%- set l = [1] -%}{%- set m = l * 3 -%}{%- do m.append(5) -%}<<{{ l }} {{ m }}>>
{%- set g = [1, 2] | map('string') -%}<<{{ g | list }} {{ g | list }}>>
{%- set g = [1, 2] | select('odd') -%}<<{{ g | list }} {{ g | list }}>>
{%- set g = [1, 1] | unique -%}<<{{ g | list }} {{ g | list }}>>
{%- set g = [1, 2] | reverse -%}<<{{ g | list }} {{ g | list }}>>
<<{{ 'yes' if [] | select else 'no' }} {{ 'yes' if [] | map('upper') else 'no' }} {{ 'yes' if [] | unique else 'no' }} {{ 'yes' if [] | reverse else 'no' }} {{ 'yes' if [] | list else 'no' }} {{ 'yes' if [] | sort else 'no' }}>>
<<{{ ([1, 2] | map('string'))[0] }}>>
<<{{ [1, 2] | map('string') | join(',') }} {{ [1, 2] | map('string') | sort }} {{ [1, 2] | map('string') | first }} {{ [3, 1] | map('int') | max }} {{ [3, 1] | map('int') | sum }} {{ [3, 1] | map('int') | tojson if false else '' }}>>
<<{{ [1, 2] | map('string') is iterable }} {{ [1, 2] | map('string') is sequence }}>>
{%- set d = {'a': 1} -%}{%- set k = d.keys() -%}{%- do d.update({'b': 2}) -%}<<{{ k | list }} {{ d.items() | list }} {{ d.values() | list }}>>
<<{{ {'a': 1}.keys() }} {{ {'a': 1}.values() }} {{ {'a': 1}.items() }}>>
<<{{ {'a': 1}.keys() | length }} {{ 'a' in {'a': 1}.keys() }} {{ {'a': 1}.keys() | first }}>>
<<{{ {'a': 1}.keys()[0] }}>>
<<{{ {'a': 1} | items | list }} {{ {'a': 1} | list }} {{ {'b': 1, 'a': 2} | dictsort }} {{ {'b': 1, 'a': 2} | sort }}>>
{%- set m = {'b': 1, 'a': 2} | dictsort -%}{%- do m.append(1) -%}<<{{ m }}>>
{%- set m = 'a,b'.split(',') -%}{%- do m.append('c') -%}<<{{ m }}>>
{%- set m = [1,2,3,4,5] | batch(2) | list -%}{%- do m[0].append(9) -%}<<{{ m }} {{ [1,2,3,4,5] | batch(2, 'x') | list }} {{ [1,2,3,4,5] | slice(2) | list }}>>
{%- set m = [{'a': 1, 'b': 2}, {'a': 1, 'b': 3}] | groupby('a') -%}<<{{ m | length }} {{ m[0].grouper }} {{ m[0].list }} {{ m[0][1] }} {% for k, v in m %}{{ k }}{{ v | map(attribute='b') | list }}{% endfor %}>>
{%- set t = (1, 2) -%}<<{{ t + (3,) }} {{ t * 2 }} {{ t[1:] }} {{ t | list }} {{ t == (1, 2) }} {{ t == [1, 2] }} {{ t.index(2) }} {{ t.count(1) }}>>
{%- set l = [1, 2, 3] -%}{%- for x in l -%}{%- if x == 1 -%}{%- do l.append(9) -%}{%- endif -%}{{ x }},{%- endfor -%}
{%- set l = [3, 1, 2] -%}<<{{ l.sort() }} {{ l }} {{ l | sort(reverse=true) }} {{ l.sort(reverse=true) }} {{ l }}>>
{%- set l = ['b', 'A', 'c'] -%}<<{{ l | sort }} {{ l | sort(case_sensitive=true) }} {{ [{'a': 2}, {'a': 1}] | sort(attribute='a') }} {{ l | min }} {{ l | max }}>>
{%- set ns = namespace(l=[]) -%}{%- for x in [1, 2] -%}{%- set ns.l = ns.l + [x] -%}{%- endfor -%}<<{{ ns.l }} {{ ns.l | length }}>>
{%- set ns = namespace(l=[]) -%}{%- for x in range(300) -%}{%- set ns.l = ns.l + [x] -%}{%- endfor -%}<<{{ ns.l | length }} {{ ns.l[-1] }}>>
<<{{ true + 1 }} {{ 1 - true }} {{ 2 * true }} {{ 1.5 + 1 }} {{ 5 - 2.5 }}>>
{%- set l = [1,2,3] -%}<<{{ l[-1] + l[0] }} {{ l[l | length - 1] }} {{ l[1 - 1 + 1] }} {{ loop is defined }}>>
{%- set a, b = [1], [2] -%}<<{{ a + b }} {{ (a + b)[1] }} {{ (a + b) | join('-') }} {{ a + b | list }}>>
{%- set a = [1] -%}{% for x in a + [2] %}{{ x }}{% endfor %}<<{{ (a + [2]).append(3) }}>>
{%- set s = 'a' -%}<<{{ s + 'b' + s }} {{ s ~ 'b' + s }} {{ s + s * 2 }}>>
{%- do [].append(1) -%}<<{{ [] is sequence }} {{ [] == [] }} {{ [1] == [1.0] }} {{ [1, 2] < [1, 3] }} {{ {} == {} }} {{ {'a': 1} == {'a': 1.0} }} {{ [1] != [2] }}>>
{%- set l = [1, 2, 3] -%}<<{{ l.pop(0) }} {{ l.index(3) }} {{ l.count(2) }} {{ l.copy() }} {{ l.clear() }} {{ l }}>>
{%- set l = [1] -%}{%- set l2 = l.copy() -%}{%- do l2.append(2) -%}<<{{ l }} {{ l2 }}>>
{%- set d = {'a': [1]} -%}{%- set e = d.copy() -%}{%- do e.update({'b': 1}) -%}{%- do e['a'].append(2) -%}<<{{ d }} {{ e }}>>
{%- set d = {'a': 1} -%}{%- do d.pop('a') -%}<<{{ d }} {{ d.pop('z', none) }} {{ d.get('q', 5) }} {{ d.setdefault('k', []) }} {{ d }}>>
{%- set d = {'a': 1} -%}{%- set _ = d.update(b=2) -%}{%- set _ = d.update([('c', 3)]) -%}<<{{ d }} {{ dict(d, x=1) }} {{ dict(**d) }}>>
