{%- set re = modules.re -%}<<{{ re.search('(?<=a)b', 'ab').group() }} {{ re.search('b(?!c)', 'bcbd').start() }} {{ re.sub('(?<!x)y', 'z', 'xyy') }} {{ re.findall('(\\w)\\1', 'aabbcd') }} {{ re.search('(?P<q>[\'"]).*?(?P=q)', 'say "hi" now').group() }} {{ re.sub('(?i)A(?=b)', '-', 'abAc') }}>>
{%- set re = modules.re -%}<<{{ re.findall('x*', 'axb') }} {{ re.sub('x*', '-', 'abxd') }} {{ re.split('x*', 'axbc') }} {{ re.findall('', 'ab') }} {{ re.sub('^', '> ', 'a') }} {{ re.split('(,)', 'a,b,c', 1) }} {{ re.split(',', 'a,b,c', maxsplit=1) }}>>
{%- set re = modules.re -%}<<{{ re.sub('b', 'x', 'abbb', 2) }} {{ re.sub('b', 'x', 'abbb', count=1) }} {{ re.subn('b', 'x', 'abb') }} {{ re.sub('(a)(b)?', '[\\1|\\2]', 'ab a') }} {{ re.sub('(?P<n>a)', '\\g<n>\\g<1>\\g<0>', 'xa') }} {{ re.sub('a', '\\n', 'a') | tojson }} {{ re.sub('a', '\\\\', 'a') }}>>
{%- set re = modules.re -%}<<{{ re.search('b$', 'ab\n') is not none }} {{ re.search('b\\Z', 'ab\n') }} {{ re.findall('^a$', 'a\na', re.M) }} {{ re.findall('^a$', 'a\na') }} {{ re.match('.*', 'a\nb').group() }} {{ re.match('.*', 'a\nb', re.DOTALL).group() | tojson }}>>
{%- set re = modules.re -%}{%- set m = re.match('(?P<y>\\d+)-(?P<m>\\d+)(x)?', '2024-05') -%}<<{{ m }} {{ m.group('y') }} {{ m['m'] }} {{ m[0] }} {{ m.groups() }} {{ m.groups('-') }} {{ m.groupdict() }} {{ m.span('m') }} {{ m.start() }} {{ m.end(2) }} {{ m.span(3) }} {{ m.group(1, 2) }} {{ m.lastindex }} {{ m.lastgroup }} {{ m.string }} {{ m.expand('\\2/\\1') }}>>
{%- set re = modules.re -%}{%- set p = re.compile('(a)(?P<n>b)?', re.I) -%}<<{{ p.pattern }} {{ p.groups }} {{ p.groupindex }} {{ p.search('xAb').group() }} {{ p.match('b') }} {{ p.fullmatch('ab') is not none }} {{ p.findall('abA') }} {{ p.sub('-', 'xab') }} {{ p.split('1ab2') }} {{ re.sub(p, '+', 'A') }} {{ p.subn('-', 'aa', 1) }} {{ p }}>>
{%- set re = modules.re -%}<<{% for m in re.finditer('\\d', 'a1b2') %}{{ m.group() }}@{{ m.start() }}{% if not loop.last %},{% endif %}{% endfor %} {{ 'y' if re.match('a', 'a') else 'n' }} {{ 'y' if re.match('b', 'a') else 'n' }}>>
{%- set re = modules.re -%}<<{{ re.escape('a.b c-d_e/f~g&h#i"j') }} {{ re.escape('é[x]') }}>>
{%- set re = modules.re -%}<<{{ re.findall('[[]a', '[a') }} {{ re.findall('[]a]', ']a') }} {{ re.findall('a{,2}', 'aaa') }} {{ re.findall('{{.*?}}', '{{ x }} y') }} {{ re.findall('[a&&b]+', 'a&b') }} {{ re.findall('[a-c--e]+', 'b-e') }} {{ re.findall('\\/\\<', 'x/<') }} {{ re.findall('a(?#c)b', 'ab') }} {{ re.findall('\\0', 'a') }}>>
{%- set re = modules.re -%}<<{{ re.sub('(\\d+)', '<\\g<1>>', 'a12b3') }} {{ re.sub('[^a-zA-Z0-9]+', '_', 'Hello, World!') | lower }} {{ re.sub('([a-z0-9])([A-Z])', '\\1_\\2', 'camelCaseName') | lower }} {{ re.sub('\\s+', ' ', 'a  b\n c') }} {{ re.match('^[A-Za-z_][A-Za-z0-9_]*$', 'ok_1') is not none }}>>
{%- set re = modules.re -%}<<{{ re.findall('(?s)a.b', 'a\nb') | length }} {{ re.findall('(?im)^b', 'a\nB') }} {{ re.findall('(?x) a  b ', 'ab') }} {{ re.findall('(?a)\\w', 'é1') }} {{ re.match('(?:a|ab)(?:c|bcd)', 'abcd').group() }} {{ re.findall('a++b', 'aab') }} {{ re.findall('(?>a+)b', 'aab') }} {{ re.findall('(a)?(?(1)b|c)', 'abc') }}>>
{%- set re = modules.re -%}<<{{ re.search('é', 'caféé').span() }} {{ re.findall('.', 'aé') }} {{ re.sub('é', 'e', 'é') }} {{ re.search('(x)|(y)', 'y').groups() }} {{ re.sub('(x)|y', '[\\1]', 'xy') }}>>
<<{{ modules.re.sub('a', simple, 'cat') }}>>
<<{{ modules.re.sub('\\d+', doubled_text, 'a1b22') }}>>
<<{{ modules.re.match('(a+)+$', 'aaaaaaaaaaaaaaaaaaaaaaaaaab') }}>>
{%- set r = modules.re -%}{{ r.findall('(?m)a+?', 'A') }}{{ r.sub('(?m)a+?', '-', 'A') | tojson }}{{ r.split('(?m)a+?', 'A') }}
{%- set r = modules.re -%}{{ r.findall('(?=a)', '  A1a') }}{{ r.sub('(?=a)', '-', '  A1a') | tojson }}{{ r.split('(?=a)', '  A1a') }}
{%- set r = modules.re -%}{{ r.findall('(?i)\\d+?', '. bc1  1') }}{{ r.sub('(?i)\\d+?', '-', '. bc1  1') | tojson }}{{ r.split('(?i)\\d+?', '. bc1  1') }}
{%- set r = modules.re -%}{{ r.findall('.*', '.\nBB') }}{{ r.sub('.*', '-', '.\nBB') | tojson }}{{ r.split('.*', '.\nBB') }}
{%- set r = modules.re -%}{{ r.findall('(?m)(b|c)??{(?:ab)+?', 'B') }}{{ r.sub('(?m)(b|c)??{(?:ab)+?', '-', 'B') | tojson }}{{ r.split('(?m)(b|c)??{(?:ab)+?', 'B') }}
{%- set r = modules.re -%}{{ r.findall('(?P<n>b)+?[ab]?[ab].+', '1. caaa') }}{{ r.sub('(?P<n>b)+?[ab]?[ab].+', '-', '1. caaa') | tojson }}{{ r.split('(?P<n>b)+?[ab]?[ab].+', '1. caaa') }}
{%- set r = modules.re -%}{{ r.findall('[ab]+?', '.1a') }}{{ r.sub('[ab]+?', '-', '.1a') | tojson }}{{ r.split('[ab]+?', '.1a') }}
{%- set r = modules.re -%}{{ r.findall('(?i)b', 'a') }}{{ r.sub('(?i)b', '-', 'a') | tojson }}{{ r.split('(?i)b', 'a') }}
{%- set r = modules.re -%}{{ r.findall('(?s)(?=a)', '') }}{{ r.sub('(?s)(?=a)', '-', '') | tojson }}{{ r.split('(?s)(?=a)', '') }}
{%- set r = modules.re -%}{{ r.findall('(b|c){1,2}\\s*.+?^', '') }}{{ r.sub('(b|c){1,2}\\s*.+?^', '-', '') | tojson }}{{ r.split('(b|c){1,2}\\s*.+?^', '') }}
{%- set r = modules.re -%}{{ r.findall('b[ab]??', 'bbacbc') }}{{ r.sub('b[ab]??', '-', 'bbacbc') | tojson }}{{ r.split('b[ab]??', 'bbacbc') }}
{%- set r = modules.re -%}{{ r.findall('(?i) +?c+?', 'cca.\n') }}{{ r.sub('(?i) +?c+?', '-', 'cca.\n') | tojson }}{{ r.split('(?i) +?c+?', 'cca.\n') }}
{%- set r = modules.re -%}{{ r.findall('(?m).??[ab]*', 'A') }}{{ r.sub('(?m).??[ab]*', '-', 'A') | tojson }}{{ r.split('(?m).??[ab]*', 'A') }}
{%- set r = modules.re -%}{{ r.findall('(?s)[^a]*?', '1aa\nB.') }}{{ r.sub('(?s)[^a]*?', '-', '1aa\nB.') | tojson }}{{ r.split('(?s)[^a]*?', '1aa\nB.') }}
{%- set r = modules.re -%}{{ r.findall('(?i)^1*?', 'B1AAbb') }}{{ r.sub('(?i)^1*?', '-', 'B1AAbb') | tojson }}{{ r.split('(?i)^1*?', 'B1AAbb') }}
{%- set r = modules.re -%}{{ r.findall('.\\.*?', 'a B') }}{{ r.sub('.\\.*?', '-', 'a B') | tojson }}{{ r.split('.\\.*?', 'a B') }}
{%- set r = modules.re -%}{{ r.findall('(?i)\\s?a+?(?P<n>b)', 'b.abAa1') }}{{ r.sub('(?i)\\s?a+?(?P<n>b)', '-', 'b.abAa1') | tojson }}{{ r.split('(?i)\\s?a+?(?P<n>b)', 'b.abAa1') }}
{%- set r = modules.re -%}{{ r.findall('(?i).*?(?:ab)*?', 'b') }}{{ r.sub('(?i).*?(?:ab)*?', '-', 'b') | tojson }}{{ r.split('(?i).*?(?:ab)*?', 'b') }}
{%- set r = modules.re -%}{{ r.findall('(?s)1.?[^a]*', 'ac1Aa1ab') }}{{ r.sub('(?s)1.?[^a]*', '-', 'ac1Aa1ab') | tojson }}{{ r.split('(?s)1.?[^a]*', 'ac1Aa1ab') }}
{%- set r = modules.re -%}{{ r.findall('{1*?\\s*?', 'bccB ') }}{{ r.sub('{1*?\\s*?', '-', 'bccB ') | tojson }}{{ r.split('{1*?\\s*?', 'bccB ') }}
{%- set r = modules.re -%}{{ r.findall('(?s)c{1,2}(?!b)', 'c.bbcaA\n') }}{{ r.sub('(?s)c{1,2}(?!b)', '-', 'c.bbcaA\n') | tojson }}{{ r.split('(?s)c{1,2}(?!b)', 'c.bbcaA\n') }}
{%- set r = modules.re -%}{{ r.findall('(?i)[^a]\\B', '1ba') }}{{ r.sub('(?i)[^a]\\B', '-', '1ba') | tojson }}{{ r.split('(?i)[^a]\\B', '1ba') }}
{%- set r = modules.re -%}{{ r.findall('(?m){[a-c]*?[ab]', '\n\n') }}{{ r.sub('(?m){[a-c]*?[ab]', '-', '\n\n') | tojson }}{{ r.split('(?m){[a-c]*?[ab]', '\n\n') }}
{%- set r = modules.re -%}{{ r.findall('[^a](?=a)', 'c\nc') }}{{ r.sub('[^a](?=a)', '-', 'c\nc') | tojson }}{{ r.split('[^a](?=a)', 'c\nc') }}
{%- set r = modules.re -%}{{ r.findall('(?:ab)', 'bbccBc') }}{{ r.sub('(?:ab)', '-', 'bbccBc') | tojson }}{{ r.split('(?:ab)', 'bbccBc') }}
{%- set r = modules.re -%}{{ r.findall('$.?', '.1 \nc\n') }}{{ r.sub('$.?', '-', '.1 \nc\n') | tojson }}{{ r.split('$.?', '.1 \nc\n') }}
{%- set r = modules.re -%}{{ r.findall(' ?c?', 'aAABa') }}{{ r.sub(' ?c?', '-', 'aAABa') | tojson }}{{ r.split(' ?c?', 'aAABa') }}
