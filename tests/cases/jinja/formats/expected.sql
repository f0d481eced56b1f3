<<{"a": "\u003c\u0027\u0026\u003e\u00e9", "b": 1} [1, null, true, 1.5, "x"] {¶  "a": [¶    1¶  ]¶}>>
<<{"b": 1, "a": "<'&>\u00e9\"\\\n\t"} {"a": 2, "b": 1} {"a": 2, "b": {"y": 2, "z": 1}} [1.0, 1e+20, 1e-07, 100000000000000000000, [1, 2]] {"1": "a", "null": "b", "1.5": "d"} null "x" [] {}>>
<<{'a': [1, 2.5, None, True, 'x'], 'b': {'c': 1000.0}} None d [] [nan] 100000000000000000000 x 1.0>>
<<{'a': [1, True, None, 1.5, 'x']} ['a', {'b': 'c'}] {1: 'a', False: 'b', None: 'c'} x None None d 5 {'b': 2, 'a': 1}>>
<<a: 1¶b:¶- 1¶- x¶- null¶- true¶- 1.5¶c:¶  d: []¶  e: {}¶f:¶- - 1¶  - 2¶- g: 1¶  h: 2¶>>
<<b: 1¶a: 2¶a:¶  y: 2¶  z: 1¶b: 1¶a: 2¶b: 1¶>>
<<x¶...¶|1¶...¶|[]¶|{}¶|null¶...¶|- 1¶|'yes'¶|1.0¶...¶|1.0e+20¶...¶|true¶...¶>>
<<- 'yes'¶- '1'¶- 'null'¶- '~'¶- ''¶- ' x'¶- 'x '¶- 'a: b'¶- a:b¶- '# x'¶- 'a #b'¶- '- x'¶- -x¶- ?x¶- '? x'¶- '[x'¶- '{x'¶- '*x'¶- '&x'¶- '!x'¶- '|x'¶- '>x'¶- '%x'¶- '@x'¶- '`x'¶- it's¶- '"q"'¶- a'b"c¶- "\xE9"¶- "tab\tx"¶- '2024-01-01'¶- '1.5'¶- '0x1F'¶- '1:30'¶- '---'¶- '...'¶- a,b¶- a]b¶- ':'¶- 'a:'¶- '='¶- '<<'¶- 'on'¶- '.inf'¶- '1_000'¶- '012'¶>>
<<k: 'line one¶¶  line two'¶l: 'ends¶¶  '¶m: ' lead¶¶  x'¶n: "a \nb"¶o: 'a¶¶¶  b'¶>>
<<long: 'word word word word word word word word word word word word word word word¶  word word word word word word word word word word word word word word word word¶  word word word word word word word word word '¶longer: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx¶q: 'it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s¶  it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s¶  it''s it''s it''s '¶'yes': 1¶'1': 2¶1: 3¶a b: 4¶? ''¶: 5¶>>
<<- - 'word word word word word word word word word word word word word word word word¶    word word word word word word word word word word word word word word '¶  - "\xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9\¶    \ \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9\¶    \ \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9\¶    \ \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 \xE9 "¶>>
<<- 1¶- a¶s: !!set¶  a: null¶- 2024-01-02¶- 2024-01-02 03:04:05.000006¶- 2024-01-02 00:00:00+00:00¶>>
<<None d None None>>
<<a:¶  b:¶    c:¶    - x¶    - d:¶      - e¶>>
<<models:¶- name: a¶  columns:¶  - name: id¶    tests:¶    - unique¶    - accepted_values:¶        values:¶        - 1¶        - 2¶>>
<<0.30000000000000004 1e+20 1e+16 1000000000000000.0 1e-05 0.0001 123456789.123 1e+100 -0.0 [1e+16, 1e-07] inf inf 5e-324 100.0 100.0 3.0 10000000000000000 1.2345678901234568e+16>>
