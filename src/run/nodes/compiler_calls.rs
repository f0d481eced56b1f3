//! The compiler as the runner uses it.

use std::{ops::Range, sync::Arc};

use minijinja::Value;
use serde_json::{Map, Value as Json, json};

use super::{Compile, HookSql, KnownSchemas, label::materialization, result_value::result_value};
use crate::{
    compile::{
        Candidate, CompiledNode, CompiledUnitTest, Compiler, InRun, Names, Turn, UnitTestInput,
        operation_text,
    },
    diagnostic::{Diagnostic, SourceFile},
    jinja::{convert::from_json, list::List},
    manifest::{Node, UniqueId, UnitTest},
    project::JobContext,
    relation::Relation,
    run::{Hook, HookKind, NodeResult, hooks},
};

/// Materializations that are plans; any other is a macro.
const PLANNED: [&str; 7] =
    ["view", "table", "incremental", "materialized_view", "copy", "seed", "snapshot"];

impl Compile for Compiler {
    fn node(&self, node: &Arc<Node>, turn: Turn) -> Result<CompiledNode, Vec<Diagnostic>> {
        self.compile_turn(&node.unique_id, turn)
    }

    fn audit(
        &self,
        test: &Arc<Node>,
        candidate: &Candidate,
    ) -> Result<CompiledNode, Vec<Diagnostic>> {
        self.compile_audit(test, candidate)
    }

    fn unit_test_inputs(&self, test: &UnitTest) -> Result<Vec<UnitTestInput>, Vec<Diagnostic>> {
        Self::unit_test_inputs(self, &test.unique_id)
    }

    fn unit_test(
        &self,
        test: &UnitTest,
        schemas: &KnownSchemas,
    ) -> Result<CompiledUnitTest, Vec<Diagnostic>> {
        self.compile_unit_test(&test.unique_id, schemas)
    }

    fn hook(
        &self,
        node: &Arc<Node>,
        kind: HookKind,
        hook: &Hook,
        turn: Turn,
        may_ask: bool,
    ) -> Result<HookSql, Vec<Diagnostic>> {
        let written = node.details.hooks.iter().find(|known| known.text() == hook.sql);
        let (file, range) = match written {
            Some(known) => (Arc::clone(&known.file), known.range.clone()),
            // A macro (`before_begin`, `after_commit`) has packed it into a text.
            None => {
                let name = format!("{} of {}", kind.key(), node.original_file_path);
                (SourceFile::new(name, hook.sql.clone()), 0..hook.sql.len())
            }
        };
        let given = InRun { turn, names: Names::new() };
        self.hook_sql(node, (&file, range), given, may_ask)
    }

    fn operation(
        &self,
        operation: &Arc<Node>,
        results: &[Arc<NodeResult>],
        may_ask: bool,
    ) -> Result<HookSql, Vec<Diagnostic>> {
        let (file, range) = operation_text(operation);
        let names = self.names_of_run_end(results);
        let given = InRun { turn: Turn::default(), names };
        self.hook_sql(operation, (&file, range), given, may_ask)
    }

    fn spent(&self, node: &UniqueId) -> Vec<Map<String, Json>> {
        Self::spent(self, node).take()
    }

    fn job_context(&self, node: Option<&Arc<Node>>) -> Result<JobContext, Vec<Diagnostic>> {
        Self::job_context(self, node)
    }

    fn copied(&self, node: &Node) -> Result<Vec<Relation>, Vec<Diagnostic>> {
        Self::copied(self, node)
    }

    fn is_custom(&self, node: &Node) -> bool {
        let name = materialization(node);
        let own = |package: &str| package == self.manifest().project_name.as_ref();
        self.find_materialization(name)
            .is_some_and(|info| !PLANNED.contains(&name) || own(&info.package))
    }

    fn custom_materialization(
        &self,
        node: &Arc<Node>,
        compiled: &CompiledNode,
        is_incremental: bool,
    ) -> Result<Vec<Relation>, Vec<Diagnostic>> {
        let info = self.find_materialization(materialization(node));
        let info = info.expect("asked for only where `is_custom` found it");
        let code = Value::from(compiled.code.text());
        let hook_list = |kind| {
            let hooks = hooks(&node.config, kind).into_iter();
            let values = hooks.map(|hook| {
                from_json(
                    &json!({ "sql": hook.sql, "transaction": hook.transaction, "index": null }),
                )
            });
            List::value(values.collect())
        };
        let names = Names::from([
            ("sql".to_owned(), code.clone()),
            ("compiled_code".to_owned(), code),
            ("pre_hooks".to_owned(), hook_list(HookKind::Pre)),
            ("post_hooks".to_owned(), hook_list(HookKind::Post)),
        ]);
        self.materialize(node, &info, is_incremental, names)
    }
}

/// Renders hooks.
trait Hooks {
    fn hook_sql(
        &self,
        node: &Arc<Node>,
        place: (&Arc<SourceFile>, Range<usize>),
        given: InRun,
        may_ask: bool,
    ) -> Result<HookSql, Vec<Diagnostic>>;
}

impl Hooks for Compiler {
    fn hook_sql(
        &self,
        node: &Arc<Node>,
        (file, range): (&Arc<SourceFile>, Range<usize>),
        given: InRun,
        may_ask: bool,
    ) -> Result<HookSql, Vec<Diagnostic>> {
        let text = match may_ask {
            true => Some(self.render_in_run(node, file, range, given)?),
            false => self.render_unless_asking(node, file, range, given)?,
        };
        Ok(match text {
            None => HookSql::Later,
            Some(text) if text.text().trim().is_empty() => HookSql::Nothing,
            Some(text) => HookSql::Sql(text),
        })
    }
}

/// What `on-run-end` sees
/// (<https://docs.getdbt.com/reference/dbt-jinja-functions/on-run-end-context>).
trait NamesOfRunEnd {
    fn names_of_run_end(&self, results: &[Arc<NodeResult>]) -> Names;
}

impl NamesOfRunEnd for Compiler {
    fn names_of_run_end(&self, results: &[Arc<NodeResult>]) -> Names {
        let manifest = self.manifest();
        let mut schemas: Vec<(Option<String>, String)> = Vec::new();
        let mut values = Vec::with_capacity(results.len());
        for result in results {
            let node = manifest.nodes.get(&result.node.unique_id);
            if let Some(node) = node.filter(|node| node.has_relation()) {
                let place = (node.relation.database.clone(), node.relation.schema.clone());
                if !schemas.contains(&place) {
                    schemas.push(place);
                }
            }
            values.push(result_value(result, manifest));
        }
        let pair = |(database, schema): &(Option<String>, String)| {
            Value::from(vec![Value::from(database.clone()), Value::from(schema.as_str())])
        };
        let mut names: Vec<&str> = schemas.iter().map(|(_, schema)| schema.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        Names::from([
            ("results".to_owned(), List::value(values)),
            ("schemas".to_owned(), List::value(names.into_iter().map(Value::from).collect())),
            ("database_schemas".to_owned(), List::value(schemas.iter().map(pair).collect())),
        ])
    }
}
