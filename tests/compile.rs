//! Compiled SQL: each case is a project, and the snapshot beside it what its nodes become.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its case has failed")]

use std::{collections::HashMap, fmt::Write, fs, path::Path, sync::Arc};

use elt::{
    compile::{
        Compiler, CompilerOptions, DataTestQuery, MappedText, TargetFolder, target_path,
        write_target_file,
    },
    diagnostic::{Diagnostic, render_terminal},
    manifest::{BuildInput, Invocation, Manifest, ResourceType, UniqueId, build, engine, globals},
    project::{LoadOptions, load},
    relation::{Cell, Column, Table},
    sql::{NoSchemas, google_type, translate_query},
};
use serde_json::Value;

/// The compiler of a project folder, connected to no warehouse.
fn compiler(folder: &Path) -> (Compiler, Vec<Diagnostic>) {
    let loaded = load(&LoadOptions::new(folder));
    let mut diagnostics = loaded.diagnostics;
    let project = loaded.value.expect("the project is readable");
    let engine = engine(&project);
    diagnostics.extend(engine.diagnostics);
    let invocation = Invocation {
        id: String::new(),
        started_at: Default::default(),
        flags: Default::default(),
        args: Default::default(),
        full_refresh: false,
        selected_resources: Vec::new(),
    };
    let globals = Arc::new(globals(&project, invocation));
    let input =
        BuildInput { project: &project, engine: &engine.value, globals: Arc::clone(&globals) };
    let built = build(&input);
    diagnostics.extend(built.diagnostics);
    let compiler = Compiler::new(CompilerOptions {
        manifest: Arc::new(built.value),
        engine: engine.value,
        globals,
        warehouse: None,
        sample: None,
        log: Arc::new(|_, _| {}),
        deferral: None,
        warnings: Default::default(),
        notes: None,
    });
    (compiler, diagnostics)
}

fn shown(diagnostics: &[Diagnostic]) -> String {
    let all: Vec<String> = diagnostics.iter().map(|one| render_terminal(one, false)).collect();
    all.join("\n")
}

/// What the case's warehouse knows: columns of relations, and of described queries.
struct Warehouse {
    schemas: HashMap<String, Vec<Column>>,
    described: HashMap<String, Vec<Column>>,
}

fn warehouse(folder: &Path, manifest: &Manifest) -> Warehouse {
    let text = fs::read_to_string(folder.join("warehouse.json")).unwrap_or("{}".to_owned());
    let json: Value = serde_json::from_str(&text).unwrap();
    let columns = |list: &Value| -> Vec<Column> {
        let column = |pair: &Value| Column {
            name: pair[0].as_str().unwrap().to_owned(),
            data_type: pair[1].as_str().unwrap().to_owned(),
        };
        list.as_array().unwrap().iter().map(column).collect()
    };
    let tables = |key: &str| json[key].as_object().cloned().unwrap_or_default();
    let relation = |name: &str| {
        let node = manifest.nodes.values().find(|node| node.name == name).unwrap();
        node.relation.to_string()
    };
    Warehouse {
        schemas: tables("relations")
            .iter()
            .map(|(name, list)| (relation(name), columns(list)))
            .collect(),
        described: tables("described")
            .iter()
            .map(|(name, list)| (name.clone(), columns(list)))
            .collect(),
    }
}

fn compile_node(
    compiler: &Compiler,
    id: &UniqueId,
    out: &mut String,
) -> Result<(), Vec<Diagnostic>> {
    let node = &compiler.manifest().nodes[id];
    let compiled = compiler.compile(id, false)?;
    writeln!(out, "{}", compiled.code.text()).unwrap();
    if node.config.materialized() == "incremental" {
        writeln!(out, "-- incremental").unwrap();
        writeln!(out, "{}", compiler.compile(id, true)?.code.text()).unwrap();
    }
    if node.resource_type == ResourceType::Test {
        let test = DataTestQuery::new(node, &compiled, false).map_err(|found| vec![*found])?;
        if let Some(store) = &test.store {
            let kind = store.relation.kind.map(|kind| kind.as_str()).unwrap_or_default();
            writeln!(out, "-- stored as {kind} {}", store.relation).unwrap();
            writeln!(out, "{}", store.query.text()).unwrap();
        }
        writeln!(out, "-- counted, severity {:?}", test.severity).unwrap();
        writeln!(out, "{}", test.sql.text()).unwrap();
    }
    Ok(())
}

fn compile_unit_test(
    compiler: &Compiler,
    id: &UniqueId,
    warehouse: &Warehouse,
    out: &mut String,
) -> Result<(), Vec<Diagnostic>> {
    let name = &compiler.manifest().unit_tests[id].name;
    let inputs = compiler.unit_test_inputs(id)?;
    let inputs: Vec<String> = inputs.iter().map(|input| input.relation.to_string()).collect();
    writeln!(out, "-- asks for the columns of {}", inputs.join(", ")).unwrap();
    let compiled = compiler.compile_unit_test(id, &warehouse.schemas)?;
    let query = compiled.query(&warehouse.described[name])?;
    writeln!(out, "{}", query.sql.text()).unwrap();
    Ok(())
}

#[test]
fn projects_compile_as_in_dbt() {
    insta::glob!("cases/compile", "*/dbt_project.yml", |path| {
        let folder = path.parent().unwrap();
        let (compiler, diagnostics) = compiler(folder);
        let manifest = Arc::clone(compiler.manifest());
        let warehouse = warehouse(folder, &manifest);
        let mut out = shown(&diagnostics);
        for (id, node) in manifest.nodes.iter().filter(|(_, node)| node.seed_path.is_none()) {
            let file = target_path(TargetFolder::Compiled, node.as_ref());
            writeln!(out, "=== {id} → {}", file.display().to_string().replace('\\', "/")).unwrap();
            if let Err(diagnostics) = compile_node(&compiler, id, &mut out) {
                writeln!(out, "{}", shown(&diagnostics)).unwrap();
            }
        }
        for (id, test) in &manifest.unit_tests {
            let file = target_path(TargetFolder::Compiled, test.as_ref());
            writeln!(out, "=== {id} → {}", file.display().to_string().replace('\\', "/")).unwrap();
            if let Err(diagnostics) = compile_unit_test(&compiler, id, &warehouse, &mut out) {
                writeln!(out, "{}", shown(&diagnostics)).unwrap();
            }
        }
        insta::assert_snapshot!(out.trim_end());
    });
}

#[test]
fn the_example_projects_models_compile() {
    let (compiler, diagnostics) = compiler(Path::new(env!("CARGO_MANIFEST_DIR")));
    assert!(diagnostics.is_empty(), "{}", shown(&diagnostics));
    let manifest = Arc::clone(compiler.manifest());
    let mut out = String::new();
    for (id, node) in manifest.nodes.iter().filter(|(_, node)| node.seed_path.is_none()) {
        let mut text = format!("=== {id}\n");
        compile_node(&compiler, id, &mut text).map_err(|found| shown(&found)).unwrap();
        // The tests of one feed show what they all become; every model is shown by `example.rs`.
        if node.fqn.iter().any(|part| part == "store" || part == "core") {
            out.push_str(&text);
        }
    }
    insta::assert_snapshot!(out.trim_end());
}

#[test]
fn every_line_knows_the_users_line() {
    let (compiler, _) =
        compiler(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/compile/models"));
    let lines = |text: &MappedText| {
        let lines = text.text().lines().enumerate().map(|(at, line)| {
            let span = text.locate(at as u32 + 1, 1).unwrap();
            let file = span.file.path().rsplit('/').next().unwrap().to_owned();
            format!("{:<16} {:>2} | {line}", file, span.line_column().0).trim_end().to_owned()
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    let code = |name: &str| {
        let compiled = compiler.compile(&UniqueId::new(format!("model.shop.{name}")), true);
        lines(&compiled.unwrap().code)
    };
    insta::assert_snapshot!(format!("{}\n\n{}", code("with_reader"), code("events")));
}

#[test]
fn a_selection_compiles_in_parallel_to_the_same_text() {
    let (compiler, _) =
        compiler(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/compile/models"));
    let ids: Vec<UniqueId> = compiler.manifest().nodes.keys().cloned().collect();
    for (id, compiled) in compiler.compile_all(&ids) {
        let alone = compiler.compile(&id, false).unwrap();
        assert_eq!(compiled.unwrap().code.text(), alone.code.text(), "{id}");
    }
}

#[test]
fn a_result_is_taken_apart_by_side() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/compile/unit_tests");
    let (compiler, _) = compiler(&folder);
    let warehouse = warehouse(&folder, compiler.manifest());
    let id = UniqueId::new("unit_test.shop.history.incremental_rows");
    let compiled = compiler.compile_unit_test(&id, &warehouse.schemas).unwrap();
    let query = compiled.query(&warehouse.described["incremental_rows"]).unwrap();
    let text = |text: &str| Cell::Text(text.to_owned());
    let column = |name: &str| Column { name: name.to_owned(), data_type: "STRING".to_owned() };
    let table = Table {
        columns: ["id", "seen", "actual_or_expected"].map(column).to_vec(),
        rows: vec![
            vec![Cell::Int(1), Cell::Null, text("expected")],
            vec![Cell::Int(2), Cell::Null, text("actual")],
        ],
    };
    let rows = query.rows(&table).unwrap();
    assert_eq!(rows.columns, ["id", "seen"]);
    assert_eq!(rows.expected, [vec![Cell::Int(1), Cell::Null]]);
    assert_eq!(rows.actual, [vec![Cell::Int(2), Cell::Null]]);
}

/// What the embedded engine makes of a GoogleSQL query: its columns, and its rows as text.
fn on_the_engine(sql: &str) -> Result<(Vec<Column>, Vec<Vec<String>>), String> {
    let text = translate_query(sql, &NoSchemas)
        .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
    untranslated(&text)
}

/// The same for DuckDB's own SQL.
fn untranslated(text: &str) -> Result<(Vec<Column>, Vec<Vec<String>>), String> {
    let run = || -> duckdb::Result<_> {
        let connection = duckdb::Connection::open_in_memory()?;
        elt::adapter::duckdb::register_functions(&connection)?;
        connection.execute_batch("SET TimeZone = 'UTC'")?;
        let mut columns = Vec::new();
        let mut statement = connection.prepare(&format!("DESCRIBE {text}"))?;
        let mut found = statement.query([])?;
        while let Some(row) = found.next()? {
            let data_type: String = row.get(1)?;
            let data_type = google_type(&data_type);
            columns.push(Column { name: row.get(0)?, data_type });
        }
        let text = format!("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ({text}) ORDER BY ALL");
        let mut statement = connection.prepare(&text)?;
        let mut found = statement.query([])?;
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            let cell = |at| Ok(row.get::<_, Option<String>>(at)?.unwrap_or("NULL".to_owned()));
            rows.push((0..columns.len()).map(cell).collect::<duckdb::Result<_>>()?);
        }
        Ok((columns, rows))
    };
    run().map_err(|error| format!("{error}\n{text}"))
}

#[test]
fn unit_tests_of_the_example_pass_on_the_embedded_engine() {
    let (compiler, _) = compiler(Path::new(env!("CARGO_MANIFEST_DIR")));
    for (id, test) in &compiler.manifest().unit_tests {
        // Types of the model's own table are known where there is one: builds of the example run these.
        if test.given.iter().any(|given| given.input == "this") {
            continue;
        }
        let mut schemas = HashMap::new();
        for input in compiler.unit_test_inputs(id).unwrap() {
            let described = input.query.map(|(_, query)| on_the_engine(&query));
            if let Some(Ok((columns, _))) = described {
                schemas.insert(input.relation.to_string(), columns);
            }
        }
        let compiled =
            compiler.compile_unit_test(id, &schemas).map_err(|found| shown(&found)).unwrap();
        let (columns, _) = on_the_engine(compiled.actual.text()).unwrap();
        let query = compiled.query(&columns).map_err(|found| shown(&found)).unwrap();
        let (_, rows) = on_the_engine(query.sql.text()).unwrap();
        let side = |which: &str| -> Vec<Vec<String>> {
            let of_side = rows.iter().filter(|row| row.last().unwrap() == which);
            of_side.map(|row| row[..row.len() - 1].to_vec()).collect()
        };
        assert!(!side("actual").is_empty(), "{}", test.name);
        assert_eq!(side("actual"), side("expected"), "{}", test.name);
    }
}

#[test]
fn fixtures_of_every_kind_run_on_the_embedded_engine() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/compile");
    let mut out = String::new();
    for case in ["unit_tests", "unit_tests_duckdb"] {
        let (compiler, _) = compiler(&cases.join(case));
        let warehouse = warehouse(&cases.join(case), compiler.manifest());
        for (id, test) in &compiler.manifest().unit_tests {
            let compiled = compiler.compile_unit_test(id, &warehouse.schemas).unwrap();
            let query = compiled.query(&warehouse.described[&test.name]).unwrap();
            let run = if case == "unit_tests" { on_the_engine } else { untranslated };
            let (columns, rows) = run(query.sql.text()).unwrap();
            let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
            writeln!(out, "=== {}\n{}", test.name, names.join(" | ")).unwrap();
            rows.iter().for_each(|row| writeln!(out, "{}", row.join(" | ")).unwrap());
        }
    }
    insta::assert_snapshot!(out.trim_end());
}

#[test]
fn files_are_replaced_whole_and_left_alone_when_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("compiled/shop/models/a.sql");
    write_target_file(&path, "select 1").unwrap();
    let first = fs::metadata(&path).unwrap().modified().unwrap();
    write_target_file(&path, "select 1").unwrap();
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), first);
    write_target_file(&path, "select 2").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "select 2");
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
}
