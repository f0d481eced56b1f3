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
{{ modules.datetime.date(2024, 1, 31).replace(month=2) }}
{{ modules.datetime.datetime.strptime('2024-02-01x', '%Y-%m-%d') }}
{{ modules.datetime.datetime.strptime('nope', '%Y-%m-%d') }}
{{ modules.datetime.datetime.strptime('2024-02-30', '%Y-%m-%d') }}
{{ modules.datetime.date.fromisoformat('2024-02-31') }}
{{ modules.pytz.timezone('Nowhere/Land') }}
{{ modules.datetime.timezone.utc }}
{{ modules.datetime.date(2024, 13, 1) }}
{{ modules.datetime.date('2024', 1, 1) }}
{{ modules.datetime.date(2024) }}
{{ modules.datetime.datetime(2024, 1, 1) - modules.datetime.date(2024, 1, 1) }}
{{ modules.datetime.datetime(2024, 1, 1) + 1 }}
{{ modules.datetime.datetime(9999, 12, 31) + modules.datetime.timedelta(days=1) }}
{{ modules.datetime.datetime(2024, 1, 1) - modules.datetime.datetime(2024, 1, 1, tzinfo=modules.pytz.utc) }}
{{ modules.datetime.datetime(2024, 1, 1) < modules.datetime.datetime(2024, 1, 1, tzinfo=modules.pytz.utc) }}
{{ modules.datetime.date(2024, 1, 1) < modules.datetime.datetime(2024, 1, 1) }}
{{ '10' > 5 }}
{{ none < 1 }}
{{ undefined_thing < 1 }}
{{ [1] < (1, 2) }}
{{ {} < {} }}
{{ ['a'] < [1] }}
{{ modules.re.search('(', 'a') }}
{{ modules.re.search('a', none) }}
{{ modules.re.search('a', 1) }}
{{ modules.re.sub('a', '\\2', 'a') }}
{{ modules.re.sub('a', '\\w', 'a') }}
{{ modules.re.match('a', 'a').group(3) }}
{{ modules.re.nothing('a') }}
{{ tojson(var('map')) }}
{{ tojson(undefined_thing) }}
{{ tojson(ref('base')) }}
{{ tojson({'a': set([1])}, default='d') }}
{{ tojson({(1, 2): 1}) }}
{{ tojson([1] | map('string')) }}
{{ tojson(range(3)) }}
{{ fromjson(none) }}
{{ var('itself') }}
