<<{{ builtins.get('ref') is defined }} {{ 'ref' in builtins }} {{ builtins.nothing is defined }}>>
<<{{ local_md5('a') }} {{ local_md5(value='a') }}>>
<<{{ diff_of_two_dicts({'a': ['x', 'Y'], 'b': ['z']}, {'A': ['y'], 'c': ['q']}) }} {{ diff_of_two_dicts({}, {}) }} {{ diff_of_two_dicts({'a': ['x']}, {}) }} {{ diff_of_two_dicts({'a': ['x']}, {'a': ['x']}) }}>>
<<{{ try_or_compiler_error('no', gives_list) }}>>
<<{{ try_or_compiler_error('no', early, true) }}>>
<<{{ write('x') }}>>
<<{{ sql }} {{ compiled_code }}>>
<<{{ pre_hooks }} {{ post_hooks }}>>
<<{{ config.set('x', 1) }}>>
<<{{ store_raw_result('rr', message='m', code='c', rows_affected='3') }}{{ load_result('rr').response }}>>
<<{{ modules.datetime.datetime.now() is defined }} {{ modules.pytz.utc }} {{ modules.re.match('a', 'abc').group() }} {{ modules.itertools.chain([1], [2]) | list }}>>
<<{{ otel_trace_id() }}>>
<<{{ defer_relation }}>>
