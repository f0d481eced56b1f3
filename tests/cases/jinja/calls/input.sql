<<{{ simple(1) }}>>
<<{{ simple(b=3, a=4) }}>>
<<{{ simple(1, b='x') }}>>
<<{{ many(1, 'a', k=2, z=[1]) }}>>
<<{{ many() }}>>
<<{% call wrap(tag='i') %} {{ simple(1) }} {% endcall %}>>
<<{% call(i) wrap_args() %}v{{ i }}{% endcall %}>>
<<{{ early(true) }}>>
<<{{ early(false) }}>>
<<{{ gives_list() }}>>
<<{{ gives_dict() }}>>
<<{{ gives_dict().b[1] }}>>
<<{{ gives_dict()['a'] }}>>
<<{{ callback(doubled, 4) }}>>
<<{{ callback(shop.doubled, 5) }}>>
<<{{ callback(simple, 'q') }}>>
<<{{ no_return_number() }}>>
<<{{ no_return_number() | int + 1 }}>>
<<{{ no_return_number() is string }}>>
{%- set l = ['a'] -%}{%- do mutates(l) -%}<<{{ l }}>>
{%- set l = ['a'] -%}{%- do mutates(l) -%}<<{{ d() }}>>
{%- set l = ['a'] -%}{%- do mutates(l) -%}<<{{ rec(3) }}>>
{%- set l = ['a'] -%}{%- do mutates(l) -%}<<{{ pops(1, k=5, j=6) }}>>
{%- set l = ['a'] -%}{%- do mutates(l) -%}<<{{ pops(1) }}>>
{%- set l = ['a'] -%}{%- do mutates(l) -%}<<{{ defaults(1, 2, [3]) }}>>
{%- set l = ['a'] -%}{%- do mutates(l) -%}<<{{ ctx('d') }}>>
{%- set l = ['a'] -%}{%- do mutates(l) -%}<<{{ shop['simp' ~ 'le'](9) }}>>
{%- set l = ['a'] -%}{%- do mutates(l) -%}<<{{ context['shop']['simple'](8) }}>>
{%- set l = ['a'] -%}{%- do mutates(l) -%}<<{{ dbt.type_string() }}>>
{%- set l = ['a'] -%}{%- do mutates(l) -%}<<{{ type_string() }}>>
{%- set l = ['a'] -%}{%- do mutates(l) -%}<<{{ context['simple'](1) }}>>
{{ aliased('id') }}, {{ aliased('id', 'x') }}, {{ aliased('id', alias=none) }}, {{ aliased('id', parts=['y']) }}
