<<{{ execute }}>>
<<{{ is_incremental() }}>>
<<{{ should_full_refresh() }}>>
<<{{ exceptions.warn('careful') }}>>
<<{{ log('x') }}>>
<<{{ log('x', info=true) }}>>
<<{{ print('') }}>>
<<{{ set_strict([1]) | length }}>>
<<{{ zip_strict([1], [2]) | list }}>>
<<{{ modules.datetime.datetime(2024, 1, 31) }}>>
<<{{ modules.datetime.datetime(2024, 1, 31, 12, 30).strftime('%Y-%m-%d %H:%M:%S') }}>>
<<{{ modules.datetime.date(2024, 1, 31) }}>>
<<{{ (modules.datetime.date(2024, 1, 31) + modules.datetime.timedelta(days=1)).isoformat() }}>>
<<{{ modules.datetime.datetime.strptime('2024-02-01', '%Y-%m-%d').date() }}>>
<<{{ modules.datetime.timedelta(days=2).days }}>>
<<{{ modules.datetime.timedelta(hours=1) }}>>
<<{{ modules.datetime.timedelta(days=1, seconds=5) }}>>
<<{{ (modules.datetime.datetime(2024, 3, 1) - modules.datetime.datetime(2024, 2, 1)).days }}>>
<<{{ modules.datetime.datetime(2024, 1, 31).isoformat() }}>>
<<{{ modules.datetime.datetime(2024, 1, 31).date() < modules.datetime.date(2024, 2, 1) }}>>
<<{{ modules.datetime.datetime(2024, 1, 5).strftime('%-d %b %A %j %y') }}>>
<<{{ modules.datetime.datetime(2024,1,31).weekday() }}>>
<<{{ modules.datetime.datetime(2024,1,31).replace(day=1) }}>>
<<{{ modules.datetime.datetime(2024,1,31).isocalendar()[1] }}>>
{%- set dt = modules.datetime.datetime(2024, 1, 1) -%}{%- set one = modules.datetime.timedelta(days=1) -%}<<{{ dt + one }}>>
{%- set dt = modules.datetime.datetime(2024, 1, 1) -%}{%- set one = modules.datetime.timedelta(days=1) -%}<<{{ dt - one }}>>
{%- set dt = modules.datetime.datetime(2024, 1, 1) -%}{%- set one = modules.datetime.timedelta(days=1) -%}<<{{ one.total_seconds() }}>>
{%- set dt = modules.datetime.datetime(2024, 1, 1) -%}{%- set one = modules.datetime.timedelta(days=1) -%}<<{{ dt == dt }}>>
{%- set dt = modules.datetime.datetime(2024, 1, 1) -%}{%- set one = modules.datetime.timedelta(days=1) -%}{%- set x = dt -%}<<{{ (x - dt).days }}>>
{%- set dt = modules.datetime.datetime(2024, 1, 1) -%}{%- set one = modules.datetime.timedelta(days=1) -%}{%- set x = dt -%}<<{{ [dt + one, dt] | min }}>>
{%- set dt = modules.datetime.datetime(2024, 1, 1) -%}{%- set one = modules.datetime.timedelta(days=1) -%}{%- set x = dt -%}<<{{ modules.re.match('a(b)', 'abc').group(1) }}>>
{%- set dt = modules.datetime.datetime(2024, 1, 1) -%}{%- set one = modules.datetime.timedelta(days=1) -%}{%- set x = dt -%}<<{{ modules.re.match('z', 'abc') }}>>
{%- set dt = modules.datetime.datetime(2024, 1, 1) -%}{%- set one = modules.datetime.timedelta(days=1) -%}{%- set x = dt -%}<<{{ modules.re.search('b', 'abc').start() }}>>
{%- set dt = modules.datetime.datetime(2024, 1, 1) -%}{%- set one = modules.datetime.timedelta(days=1) -%}{%- set x = dt -%}<<{{ modules.re.sub('[^a-z]', '_', 'a1b') }}>>
{%- set dt = modules.datetime.datetime(2024, 1, 1) -%}{%- set one = modules.datetime.timedelta(days=1) -%}{%- set x = dt -%}<<{{ modules.re.findall('[0-9]+', 'a1b22') }}>>
{%- set dt = modules.datetime.datetime(2024, 1, 1) -%}{%- set one = modules.datetime.timedelta(days=1) -%}{%- set x = dt -%}<<{{ modules.re.split(',', 'a,b') }}>>
{%- set dt = modules.datetime.datetime(2024, 1, 1) -%}{%- set one = modules.datetime.timedelta(days=1) -%}{%- set x = dt -%}<<{{ modules.re.compile('b+').sub('x', 'abbb') }}>>
{%- set dt = modules.datetime.datetime(2024, 1, 1) -%}{%- set one = modules.datetime.timedelta(days=1) -%}{%- set x = dt -%}<<{{ modules.re.fullmatch('a', 'a') is not none }}>>
{%- set dt = modules.datetime.datetime(2024, 1, 1) -%}{%- set one = modules.datetime.timedelta(days=1) -%}{%- set x = dt -%}<<{{ modules.re.escape('a.b') }}>>
{%- set dt = modules.datetime.datetime(2024, 1, 1) -%}{%- set one = modules.datetime.timedelta(days=1) -%}{%- set x = dt -%}<<{{ modules.re.findall('(a)(b)', 'abab') }}>>
{%- set dt = modules.datetime.datetime(2024, 1, 1) -%}{%- set one = modules.datetime.timedelta(days=1) -%}{%- set x = dt -%}<<{{ modules.re.sub('(a)', '\\1\\1', 'ba') }}>>
{%- set dt = modules.datetime.datetime(2024, 1, 1) -%}{%- set one = modules.datetime.timedelta(days=1) -%}{%- set x = dt -%}<<{{ modules.re.match('(?P<n>x)', 'x').group('n') }}>>
{%- set dt = modules.datetime.datetime(2024, 1, 1) -%}{%- set one = modules.datetime.timedelta(days=1) -%}{%- set x = dt -%}<<{{ modules.pytz.timezone('America/New_York').localize(modules.datetime.datetime(2024, 1, 1)) }}>>
{%- set dt = modules.datetime.datetime(2024, 1, 1) -%}{%- set one = modules.datetime.timedelta(days=1) -%}{%- set x = dt -%}<<{{ modules.pytz.utc }}>>
{%- set dt = modules.datetime.datetime(2024, 1, 1) -%}{%- set one = modules.datetime.timedelta(days=1) -%}{%- set x = dt -%}<<{{ modules.datetime.datetime(2024,1,1,tzinfo=modules.pytz.utc).astimezone(modules.pytz.timezone('Europe/Berlin')) }}>>
{%- set dt = modules.datetime.datetime(2024, 1, 1) -%}{%- set one = modules.datetime.timedelta(days=1) -%}{%- set x = dt -%}<<{{ modules.itertools.product([1], [2, 3]) | list }}>>
{%- set dt = modules.datetime.datetime(2024, 1, 1) -%}{%- set one = modules.datetime.timedelta(days=1) -%}{%- set x = dt -%}<<{{ modules.itertools.chain([1], [2]) | list }}>>
{%- set dt = modules.datetime.datetime(2024, 1, 1) -%}{%- set one = modules.datetime.timedelta(days=1) -%}{%- set x = dt -%}<<{{ modules.itertools.combinations([1, 2, 3], 2) | list }}>>
{%- set dt = modules.datetime.datetime(2024, 1, 1) -%}{%- set one = modules.datetime.timedelta(days=1) -%}{%- set x = dt -%}<<{{ modules.itertools.repeat(1, 2) | list }}>>
{%- set dt = modules.datetime.datetime(2024, 1, 1) -%}{%- set one = modules.datetime.timedelta(days=1) -%}{%- set x = dt -%}<<{{ modules.itertools.islice([1, 2, 3], 2) | list }}>>
{%- set dt = modules.datetime.datetime(2024, 1, 1) -%}{%- set one = modules.datetime.timedelta(days=1) -%}{%- set x = dt -%}<<{{ modules.itertools.accumulate([1, 2, 3]) | list }}>>
{%- set dt = modules.datetime.datetime(2024, 1, 1) -%}{%- set one = modules.datetime.timedelta(days=1) -%}{%- set x = dt -%}<<{{ modules.itertools.zip_longest([1], [2, 3]) | list }}>>
<<{{ modules.re.findall('{{ *x{1,2}', 'a{{ xx') }}>>
