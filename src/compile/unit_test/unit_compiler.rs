//! Compiles a unit test: its model with the given rows in place of what it reads.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use minijinja::{Value, value::Rest};

use super::{
    columns::{KnownColumns, Schemas},
    fixture::{Rows, rows_query},
};
use crate::{
    compile::{
        Compiler, MappedText, Turn,
        compiler::Changes,
        header::header,
        host::{StandIns, cte_relation},
        inject::{Injected, inject},
    },
    diagnostic::{Diagnostic, SourceFile, Span},
    jinja::convert::from_json,
    manifest::{Fixture, Given, Node, UniqueId, UnitTest},
    relation::{Dialect, Relation},
};

/// A unit test whose model is compiled over the given rows.
#[derive(Clone, Debug)]
pub struct CompiledUnitTest {
    /// The unit test.
    pub unique_id: UniqueId,
    /// The model's SQL over the given rows: what the warehouse describes, and then runs as part of
    /// [`CompiledUnitTest::query`].
    pub actual: MappedText,
    /// The statements that the model's SQL needs before it (`sql_header`).
    pub header: Option<MappedText>,
    /// The model's name, for messages.
    pub(super) model: String,
    pub(super) expect: Fixture,
    pub(super) declared: Span,
    pub(super) dialect: Dialect,
}

/// An input of a unit test whose columns are worth asking for.
#[derive(Clone, Debug)]
pub struct UnitTestInput {
    /// The relation.
    pub relation: Relation,
    /// `--defer`: the relation of the earlier run, to ask where this one does not exist.
    pub deferred: Option<Relation>,
    /// The query to describe where the relation does not exist (a model not built yet, an
    /// ephemeral one), and the statements that it needs before it.
    pub query: Option<(String, String)>,
}

impl Compiler {
    /// The inputs of a unit test whose columns the warehouse may know: those given as rows.
    ///
    /// # Errors
    /// When the id is no unit test of the project.
    pub fn unit_test_inputs(&self, id: &UniqueId) -> Result<Vec<UnitTestInput>, Vec<Diagnostic>> {
        let (test, model) = self.unit_test(id)?;
        let mut inputs = Vec::new();
        for given in test.given.iter().filter(|given| !matches!(given.fixture, Fixture::Sql(_))) {
            let Some(input) = self.input_id(given, model) else { continue };
            if let Some(source) = self.manifest.sources.get(&input) {
                let relation = source.relation.clone();
                inputs.push(UnitTestInput { relation, deferred: None, query: None });
            } else if let Some(node) = self.manifest.nodes.get(&input) {
                // What cannot be compiled without the warehouse has no query to describe.
                let query = match node.seed_path {
                    Some(_) => None,
                    None => self.compile(&input, false).ok(),
                };
                let text = |text: &MappedText| text.text().to_owned();
                let query = query.map(|compiled| {
                    let header = compiled.header.as_ref().map(text).unwrap_or_default();
                    (header, text(&compiled.code))
                });
                let deferral = self.host.deferral.as_ref();
                let deferred = deferral.and_then(|deferral| deferral.earlier(&input)).cloned();
                inputs.push(UnitTestInput { relation: node.relation.clone(), deferred, query });
            }
        }
        Ok(inputs)
    }

    /// Compiles a unit test. `schemas` knows the columns of the inputs, by their relations.
    ///
    /// # Errors
    /// Everything wrong with its inputs, or what the model's template did wrong.
    pub fn compile_unit_test(
        &self,
        id: &UniqueId,
        schemas: &dyn Schemas,
    ) -> Result<CompiledUnitTest, Vec<Diagnostic>> {
        let (test, model) = self.unit_test(id)?;
        let mut changes = overrides(test);
        let mut diagnostics = Vec::new();
        let mut fixtures: Vec<(String, MappedText)> = Vec::new();
        let mut stand_ins = StandIns { test: test.name.clone(), relations: HashMap::new() };
        for given in &test.given {
            let Some(input) = self.input_id(given, model) else {
                diagnostics.push(
                    Diagnostic::error(
                        "unknown-unit-test-input",
                        format!("`{}` is no input of the project", given.input),
                    )
                    .at(given.span.clone(), "")
                    .help("write `ref('name')`, `source('name', 'table')` or `this`"),
                );
                continue;
            };
            let relation = self.stand_in(&input, &fixtures);
            match self.fixture(given, &input, model, &changes, schemas) {
                Ok(text) => fixtures.push((relation.identifier.clone(), text)),
                Err(found) => diagnostics.extend(found),
            }
            if input == model.unique_id {
                changes.this = Some(relation.clone());
            }
            stand_ins.relations.insert(input, relation);
        }
        // Else the model would read its real table.
        if changes.turn.is_incremental && changes.this.is_none() {
            diagnostics.push(
                Diagnostic::error(
                    "unit-test-without-this",
                    format!("`{}` is tested as incremental without the rows it holds", model.name),
                )
                .at(test.declared.clone(), "")
                .help("give `input: this` some rows, or `rows: []`"),
            );
        }
        if !diagnostics.is_empty() {
            return Err(diagnostics);
        }
        changes.stand_ins = Some(Arc::new(stand_ins));
        let rendered = self
            .render(model, &changes)
            .map_err(|diagnostic| vec![diagnostic.note(format!("in unit test `{}`", test.name))])?;
        let injected: Vec<Injected<'_>> =
            fixtures.iter().map(|(name, query)| Injected { name: name.clone(), query }).collect();
        let actual = inject(&rendered.text, &injected, self.globals.dialect);
        Ok(CompiledUnitTest {
            unique_id: id.clone(),
            actual,
            header: header(model, &rendered.captured),
            model: model.name.clone(),
            expect: test.expect.clone(),
            declared: test.declared.clone(),
            dialect: self.globals.dialect,
        })
    }

    fn unit_test(&self, id: &UniqueId) -> Result<(&UnitTest, &Arc<Node>), Vec<Diagnostic>> {
        let test = self.manifest.unit_tests.get(id);
        let Some(test) = test else {
            let message = format!("no unit test `{id}` to compile");
            return Err(vec![Diagnostic::error("unknown-node", message)]);
        };
        let model = test.tested_node.as_ref().and_then(|id| self.manifest.nodes.get(id));
        model.map(|model| (test.as_ref(), model)).ok_or_else(|| {
            let message =
                format!("unit test `{}` tests `{}`, which is no model", test.name, test.model);
            vec![Diagnostic::error("unknown-ref", message).at(test.declared.clone(), "")]
        })
    }

    /// The node or source of an input, if there is one that can be stood in for.
    fn input_id(&self, given: &Given, model: &Node) -> Option<UniqueId> {
        let id = match given.input.trim() {
            "this" => Some(model.unique_id.clone()),
            _ => given.unique_id.clone(),
        };
        let manifest = &self.manifest;
        id.filter(|id| manifest.nodes.contains_key(id) || manifest.sources.contains_key(id))
    }

    /// The CTE that stands in for an input, named as dbt names it.
    fn stand_in(&self, input: &UniqueId, taken: &[(String, MappedText)]) -> Relation {
        let (like, name) = match self.manifest.sources.get(input) {
            Some(source) => (&source.relation, format!("{}__{}", source.source_name, source.name)),
            None => {
                let relation = &self.manifest.nodes[input].relation;
                (relation, relation.identifier.clone())
            }
        };
        let mut relation = cte_relation(like, &name);
        let mut more = 2;
        while taken.iter().any(|(known, _)| known.eq_ignore_ascii_case(&relation.identifier)) {
            relation = cte_relation(like, &format!("{name}_{more}"));
            more += 1;
        }
        relation
    }

    /// The query of one input's rows.
    fn fixture(
        &self,
        given: &Given,
        input: &UniqueId,
        model: &Arc<Node>,
        changes: &Changes,
        schemas: &dyn Schemas,
    ) -> Result<MappedText, Vec<Diagnostic>> {
        let dialect = self.globals.dialect;
        let line = given.span.line_column().0;
        let mut text = MappedText::default();
        if let Fixture::Sql(sql) = &given.fixture {
            let rendered = self.render_fixture(sql, model, changes, &given.span)?;
            text.push_rendered(rendered.trim(), &given.span.file, &[line]);
            return Ok(text);
        }
        let (relation, declared) = match self.manifest.sources.get(input) {
            Some(source) => (&source.relation, &source.columns),
            None => (&self.manifest.nodes[input].relation, &self.manifest.nodes[input].columns),
        };
        let known = match schemas.columns(relation) {
            Some(columns) if !columns.is_empty() => KnownColumns::of_relation(dialect, columns),
            _ => KnownColumns::declared(dialect, declared),
        };
        let rows = Rows::read(&given.fixture, &given.span).map_err(|found| vec![*found])?;
        let Some(rows) = rows else { unreachable!("SQL fixtures are rendered above") };
        let whose = format!("`{}`", given.input.trim());
        let query = rows_query(&rows, &known, false, &whose, &given.span, dialect)?;
        text.push(&format!("-- Fixture for {}\n", relation.identifier));
        text.push_rendered(&query, &given.span.file, &[line]);
        Ok(text)
    }

    fn render_fixture(
        &self,
        sql: &str,
        model: &Arc<Node>,
        changes: &Changes,
        span: &Span,
    ) -> Result<String, Vec<Diagnostic>> {
        let file = SourceFile::new(span.file.path(), sql);
        let rendered = self.render_part(model, changes, &file).map_err(|mut diagnostic| {
            diagnostic.labels.clear();
            vec![diagnostic.at(span.clone(), "")]
        })?;
        Ok(rendered)
    }
}

/// What a unit test changes for its model.
fn overrides(test: &UnitTest) -> Changes {
    let mut extra = BTreeMap::new();
    let mut is_incremental = false;
    for (name, value) in &test.overrides.macros {
        if name == "is_incremental" {
            is_incremental = value.as_bool().unwrap_or(false);
            continue;
        }
        let value = from_json(value);
        // A macro is found by its own name, called through its package or not.
        let own = name.rsplit('.').next().unwrap_or(name);
        extra.insert(format!("macro:{own}"), value.clone());
        let answer = move |_args: Rest<Value>| value.clone();
        extra.insert(own.to_owned(), Value::from_function(answer));
    }
    for (name, value) in &test.overrides.env_vars {
        let text = match value {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        extra.insert(format!("env_var:{name}"), Value::from(text));
    }
    let vars = (!test.overrides.vars.is_empty()).then(|| Arc::new(test.overrides.vars.clone()));
    let turn = Turn::whole(is_incremental);
    Changes { turn, extra, vars, ..Changes::default() }
}
