//! Templates rendered by the engine: what goes in, what comes out, which line each line is of.

use std::{collections::BTreeMap, sync::Arc};

use elt::{
    diagnostic::{Diagnostic, SourceFile, render_terminal},
    jinja::{
        Caller, Engine, EngineOptions, FunctionCall, Globals, Host, MacroFile, Marks, Phase,
        RefCall, Referred, Scope, SourceCall, Warehouse, Whither,
    },
    project::{Vars, read_yaml},
    relation::{Dialect, Quoting, Relation},
};
use minijinja::Value;

struct Project;

impl Host for Project {
    fn resolve_ref(&self, _caller: &Caller, call: &RefCall) -> Result<Referred, Box<Diagnostic>> {
        Ok(Relation::new(Dialect::GoogleSql, Some("p".into()), "s", call.name.clone()).into())
    }
    fn resolve_source(&self, _: &Caller, call: &SourceCall) -> Result<Referred, Box<Diagnostic>> {
        let (schema, table) = (call.source.clone(), call.table.clone());
        Ok(Relation::new(Dialect::GoogleSql, Some("p".into()), schema, table).into())
    }
    fn resolve_function(
        &self,
        _: &Caller,
        call: &FunctionCall,
    ) -> Result<Relation, Box<Diagnostic>> {
        Ok(Relation::new(Dialect::GoogleSql, Some("p".into()), "s", call.name.clone()))
    }
    fn graph(&self) -> Value {
        Value::from(())
    }
    fn warehouse(&self) -> Option<&dyn Warehouse> {
        None
    }
    fn log(&self, _message: &str, _whither: Whither) {}
}

/// The variables of the cases.
fn vars() -> Vars {
    let text = include_str!("cases/jinja/variables/vars.yml");
    let read = read_yaml(SourceFile::new("vars.yml", text));
    assert!(read.diagnostics.is_empty(), "{:?}", read.diagnostics);
    Vars::of_command_line(&read.value.root)
}

fn scope(phase: Phase) -> Arc<Scope> {
    scope_of(phase, Dialect::GoogleSql)
}

fn scope_of(phase: Phase, dialect: Dialect) -> Arc<Scope> {
    let globals = Globals {
        target: elt::jinja::convert::from_json(
            &serde_json::json!({"name": "dev", "schema": "s", "type": "bigquery"}),
        ),
        schema: "s".into(),
        database: Some("p".into()),
        dialect,
        quoting: Quoting::default(),
        cli_vars: vars(),
        package_vars: BTreeMap::new(),
        env: Arc::new(|_| None),
        invocation_id: "i".into(),
        run_started_at: chrono::DateTime::UNIX_EPOCH,
        flags: Value::from(()),
        full_refresh: false,
        project_name: Arc::from("shop"),
        selected_resources: Vec::new(),
        invocation_args: Value::from(()),
    };
    Arc::new(Scope {
        phase,
        host: Arc::new(Project),
        globals: Arc::new(globals),
        caller: Caller { package: Arc::from("shop"), unique_id: None, name: "orders".into() },
        this: None,
        config: Arc::default(),
        model: Value::from(()),
        extra: BTreeMap::new(),
        var_overrides: None,
        is_incremental: false,
    })
}

fn engine(macros: &str) -> Engine {
    let files =
        [MacroFile { package: Arc::from("shop"), source: SourceFile::new("macros/m.sql", macros) }];
    let options = EngineOptions {
        root_package: Arc::from("shop"),
        adapter_type: "bigquery",
        dispatch: Vec::new(),
    };
    let parsed = Engine::new(&files, options);
    assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
    parsed.value
}

fn render(macros: &str, text: &str) -> (String, Vec<u32>) {
    let file = SourceFile::new("models/orders.sql", text);
    match engine(macros).render(&file, 0..text.len(), &scope(Phase::Compile), Marks::Lines) {
        Ok(rendered) => (rendered.text, rendered.lines.lines),
        Err(error) => panic!("{}", render_terminal(&error.diagnostic, false)),
    }
}

fn failure(macros: &str, text: &str) -> String {
    let file = SourceFile::new("models/orders.sql", text);
    match engine(macros).render(&file, 0..text.len(), &scope(Phase::Compile), Marks::Lines) {
        Ok(rendered) => panic!("rendered: {}", rendered.text),
        Err(error) => render_terminal(&error.diagnostic, false),
    }
}

#[test]
fn references_become_relations() {
    let (text, lines) = render("", "select *\nfrom {{ ref('a') }}\njoin {{ source('b', 'c') }}");
    assert_eq!(text, "select *\nfrom `p`.`s`.`a`\njoin `p`.`b`.`c`");
    assert_eq!(lines, [1, 2, 3]);
}

#[test]
fn lines_of_macros_belong_to_the_call() {
    let (text, lines) = render(
        "{% macro two() %}a,\nb{% endmacro %}",
        "select\n  {{ two() }}\nfrom t\n{% if true %}\nwhere x\n{% endif %}",
    );
    assert_eq!(text, "select\n  a,\nb\nfrom t\n\nwhere x\n");
    // A blank line belongs to what came before it.
    assert_eq!(lines, [1, 2, 2, 3, 3, 5, 5]);
}

#[test]
fn lists_are_shared_and_return_keeps_values() {
    let macros = "{% macro names() %}{% set x = [] %}{% do x.append('a') %}{% do x.append('b') %}{{ return(x) }}{% endmacro %}";
    assert_eq!(render(macros, "{{ names() | join('-') }} {{ names() }}").0, "a-b ['a', 'b']");
}

#[test]
fn dispatch_prefers_the_adapter_and_falls_back() {
    let macros = "{% macro m() %}{{ return(adapter.dispatch('m')()) }}{% endmacro %}
{% macro default__m() %}d{% endmacro %}{% macro bigquery__m() %}b{% endmacro %}";
    assert_eq!(
        render(macros, "{{ m() }} {{ type_string() }} {{ dbt.type_int() }}").0,
        "b string INT64"
    );
}

#[test]
fn varargs_kwargs_and_caller_work_across_files() {
    let macros = "{% macro m(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{% macro w() %}<{{ caller() }}>{% endmacro %}";
    assert_eq!(
        render(macros, "{{ m(1, 2, z=3) }}{% call w() %}x{% endcall %}").0,
        "1(2,){'z': 3}<x>"
    );
}

#[test]
fn python_habits_work() {
    let text = "{{ '%s-%s' % ('a', 'b') }} {{ 'x'.zfill(3) }} {{ none }} {{ true }} {{ '{}!'.format('q') }} {{ run_started_at - modules.datetime.timedelta(days=1) }} {{ {'a': 1}.items() | list | length }}";
    assert_eq!(render("", text).0, "a-b 00x None True q! 1969-12-31 00:00:00+00:00 1");
}

#[test]
fn errors_name_the_line_and_the_macros() {
    insta::assert_snapshot!(failure(
        "{% macro outer() %}{{ inner() }}{% endmacro %}\n\n{% macro inner() %}\n{{ exceptions.raise_compiler_error('no') }}{% endmacro %}",
        "select 1,\n  {{ outer() }}"
    ));
    insta::assert_snapshot!(failure(
        "{% macro cents() %}1{% endmacro %}",
        "select\n  {{ cent() }}"
    ));
    insta::assert_snapshot!(failure("", "select\n  {{ ref('a' }}"));
    insta::assert_snapshot!(failure("{% macro m() %}{{ m() }}{% endmacro %}", "{{ m() }}"));
}

#[test]
fn unknown_names_are_nothing_while_parsing_and_refused_while_compiling() {
    let text = "{{ nowhere.some(1)['x'] }}{{ nowhere is defined }}{{ nowhere | default('d') }}\
                {% for x in nowhere() %}x{% endfor %}{% if nowhere %}y{% endif %}{{ range(2) | list }}";
    let file = SourceFile::new("models/orders.sql", text);
    let parsed = engine("").render(&file, 0..text.len(), &scope(Phase::Parse), Marks::None);
    assert_eq!(parsed.expect("parses").text, "Falsed[0, 1]");
    let compiled = engine("").render(&file, 0..text.len(), &scope(Phase::Compile), Marks::None);
    assert!(compiled.is_err());
}

/// Each line of `input.sql` is a template; `expected.sql` is what dbt 1.12 makes of it with
/// dbt-duckdb, and in the folders that say so with dbt-bigquery, as `expected_on_bigquery.sql`.
#[test]
fn templates_render_as_in_dbt() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/jinja");
    let read = |path: std::path::PathBuf| std::fs::read_to_string(path).expect("a readable case");
    let macros = read(root.join("calls/macros.sql"));
    let files = [MacroFile {
        package: Arc::from("shop"),
        source: SourceFile::new("macros/m.sql", macros.as_str()),
    }];
    let engine_of = |adapter_type| {
        let options =
            EngineOptions { root_package: Arc::from("shop"), adapter_type, dispatch: Vec::new() };
        Engine::new(&files, options).value
    };
    let on_duckdb = (engine_of("duckdb"), scope_of(Phase::Compile, Dialect::DuckDb));
    let on_bigquery = (engine_of("bigquery"), scope(Phase::Compile));
    let mut wrong = Vec::new();
    let folders = std::fs::read_dir(&root).expect("a readable folder");
    for folder in folders.map(|entry| entry.expect("a readable entry").path()) {
        let area = folder.file_name().expect("a name").to_string_lossy().into_owned();
        if area == "refused" {
            continue;
        }
        let input = read(folder.join("input.sql"));
        let mut compare = |(engine, scope): &(Engine, Arc<Scope>), expected: String| {
            assert_eq!(input.lines().count(), expected.lines().count(), "{area}");
            for (template, expected) in input.lines().zip(expected.lines()) {
                let file = SourceFile::new("models/orders.sql", template);
                let found = match engine.render(&file, 0..template.len(), scope, Marks::Lines) {
                    Ok(rendered) => rendered.text,
                    Err(error) => error.diagnostic.message,
                };
                if found != expected {
                    wrong.push(format!("{template}\n  dbt:  {expected}\n  here: {found}"));
                }
            }
        };
        let target = if area.starts_with("bigquery") { &on_bigquery } else { &on_duckdb };
        compare(target, read(folder.join("expected.sql")));
        let on_both = folder.join("expected_on_bigquery.sql");
        if on_both.is_file() {
            compare(&on_bigquery, read(on_both));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Each line of `refused/input.sql` is a template that dbt 1.12 refuses too.
#[test]
fn what_dbt_refuses_is_refused_with_a_reason() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cases/jinja/refused/input.sql");
    let input = std::fs::read_to_string(path).expect("a readable case");
    let engine = engine("");
    let mut messages = String::new();
    for template in input.lines() {
        let file = SourceFile::new("models/orders.sql", template);
        let scope = scope(Phase::Compile);
        let message = match engine.render(&file, 0..template.len(), &scope, Marks::Lines) {
            Ok(rendered) => panic!("{template} rendered: {}", rendered.text),
            Err(error) => error.diagnostic.message,
        };
        messages.push_str(&format!("{template}\n    {message}\n"));
    }
    insta::assert_snapshot!(messages);
}
