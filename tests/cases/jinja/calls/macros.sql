{% macro simple(a, b=2) %}{{ a }}-{{ b }}{% endmacro %}
{% macro many() %}{{ varargs }}|{{ kwargs }}{% endmacro %}
{% macro wrap(tag='b') %}<{{ tag }}>{{ caller() }}</{{ tag }}>{% endmacro %}
{% macro wrap_args() %}{% for i in [1, 2] %}{{ caller(i) }};{% endfor %}{% endmacro %}
{% macro early(x) %}{% if x %}{{ return('early') }}{% endif %}late{% endmacro %}
{% macro gives_list() %}{{ return([1, 'two', 3.0, none, true]) }}{% endmacro %}
{% macro gives_dict() %}{% set d = {'a': 1} %}{% do d.update({'b': [1, 2]}) %}{{ return(d) }}{% endmacro %}
{% macro callback(f, x) %}{{ f(x) }}{% endmacro %}
{% macro doubled(x) %}{{ x * 2 }}{% endmacro %}
{% macro no_return_number() %}42{% endmacro %}
{% macro mutates(l) %}{% do l.append('m') %}{% endmacro %}
{% macro d() %}{{ return(adapter.dispatch('d', 'shop')()) }}{% endmacro %}
{% macro default__d() %}dd{% endmacro %}
{% macro duckdb__d() %}duck{% endmacro %}
{% macro rec(n) %}{% if n <= 0 %}.{% else %}{{ n }},{{ rec(n - 1) }}{% endif %}{% endmacro %}
{% macro pops(x) %}{% set v = kwargs.pop('k', 'none') %}{{ v }}{{ kwargs }}{% endmacro %}
{% macro defaults(a, b=a, c=[], d={'x': 1}) %}{{ a }}{{ b }}{{ c }}{{ d }}{% endmacro %}
{% macro ctx(name) %}{{ context[name]() }}{% endmacro %}
{% macro uses_this() %}{{ this }}{% endmacro %}
{% macro multi() %}
  {%- set x = 1 -%}
  select {{ x }}
  -- comment
{%- endmacro %}
{% macro aliased(column, alias=column ~ '_key', parts=[alias]) -%}
  {{ column }} as {{ alias }}/{{ parts | join('+') }}
{%- endmacro %}
{% macro doubled_text(m) %}{{ return(m.group() ~ m.group()) }}{% endmacro %}
