//! Data tests.

use std::sync::Arc;

use chrono::Utc;

use super::{Compile, CompiledSql, Failure, NodeRunner, build::blame_step};
use crate::{
    adapter::Cancel,
    diagnostic::{Diagnostic, Severity, Span},
    manifest::Node,
    plan::{self, Observed, PlanInput, Step},
    run::{NodeResult, Status, TestCounts},
};

impl<C: Compile> NodeRunner<C> {
    /// Counts the failing rows and says what that means under the test's severity.
    pub(super) async fn data_test(
        &self,
        node: &Arc<Node>,
        result: &mut NodeResult,
        cancel: &Cancel,
    ) -> Result<(), Failure> {
        let compiled = self.compile_node(node, false, result).await?;
        let begun = Utc::now();
        let options = &self.options.plan;
        let mut observed = Observed::default();
        let stores = plan::stored_as(&node.config, options.store_failures).is_some();
        if stores {
            let existing = self.cache.find(&node.relation).await;
            observed.existing = existing.map_err(|error| Failure::of_adapter(&error))?;
            result.relation_name = Some(node.relation.to_string());
        }
        let observed = &observed;
        let plan = plan::plan(&PlanInput { node, sql: &compiled.sql, observed, options })?;
        self.write_run_file(node, &plan)?;
        let outcome = self.adapter.apply(&plan, cancel).await;
        result.execute = Some((begun, Utc::now()));
        let outcome = outcome.map_err(|error| {
            let query = plan.steps.iter().rfind(|step| matches!(step, Step::Query { .. }));
            let step = error.step.and_then(|at| plan.steps.get(at)).or(query);
            blame_step(&error, step, &compiled, node)
        })?;
        self.cache.wrote(&plan);
        result.response = outcome.response;
        let table = outcome.table.unwrap_or_default();
        let counts = TestCounts::read(&table).map_err(|problem| {
            let message = format!("test `{}` has no usable result: {problem}", node.name);
            Failure::from(place(node, Diagnostic::error("invalid-test-result", message)))
        })?;
        result.failures = Some(counts.failures);
        let severity = node.config.text("severity").unwrap_or("error");
        let is_error = severity.eq_ignore_ascii_case("error");
        result.status = counts.status(is_error, self.options.warn_error);
        if matches!(result.status, Status::Fail | Status::Warn) {
            let message = verdict(node, counts, result.status);
            result.message = Some(message.clone());
            let severity = match result.status {
                Status::Warn => Severity::Warning,
                _ => Severity::Error,
            };
            let diagnostic = Diagnostic { severity, ..Diagnostic::error("test-failed", message) };
            let diagnostic = hints(place(node, diagnostic), node, &compiled, stores);
            result.diagnostics = vec![diagnostic];
        }
        Ok(())
    }
}

/// `test x found 3 failing rows`, and the limit where it is not the plain one.
fn verdict(node: &Node, counts: TestCounts, status: Status) -> String {
    let failures = counts.failures;
    let fail_calc = node.config.text("fail_calc").unwrap_or("count(*)");
    let found = match (fail_calc, failures) {
        ("count(*)", 1) => "found 1 failing row".to_owned(),
        ("count(*)", _) => format!("found {failures} failing rows"),
        _ => format!("gives {failures} for `{fail_calc}`"),
    };
    let key = if status == Status::Warn { "warn_if" } else { "error_if" };
    let limit = node.config.text(key).filter(|limit| *limit != "!= 0");
    let limit = limit.map_or(String::new(), |limit| format!(" ({key}: {limit})"));
    format!("test `{}` {found}{limit}", node.name)
}

/// Marks where the test is written.
fn place(node: &Node, diagnostic: Diagnostic) -> Diagnostic {
    let declared = node.test.as_ref().and_then(|test| test.declared.clone());
    match declared.or_else(|| node.properties.clone()) {
        Some(span) => diagnostic.at(span, ""),
        None => {
            let line = node.source.line_column(node.code_range.start as u32).0;
            diagnostic.at(Span::of_line(&node.source, line), "")
        }
    }
}

fn hints(diagnostic: Diagnostic, node: &Node, compiled: &CompiledSql, stores: bool) -> Diagnostic {
    let diagnostic = match &compiled.file {
        Some(file) => diagnostic.note(format!("compiled code: {}", file.display())),
        None => diagnostic,
    };
    if stores {
        return diagnostic.help(format!("the failing rows are in {}", node.relation));
    }
    diagnostic.help(format!("see the failing rows: elt show --select {}", node.name))
}
