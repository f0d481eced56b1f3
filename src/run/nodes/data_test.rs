//! Data tests.

use std::sync::Arc;

use chrono::Utc;

use super::{Compile, Failure, NodeRunner, build::header_step, guilty::Guilty};
use crate::{
    adapter::Cancel,
    compile::{Candidate, DataTestQuery, TestSeverity, Turn},
    diagnostic::{Diagnostic, Severity, Span, Weight},
    manifest::Node,
    plan::{self, Step},
    run::{NodeResult, Status, TestCounts},
};

impl<C: Compile> NodeRunner<C> {
    /// Counts the failing rows and says what that means under the test's severity. `candidate` stands
    /// for a node that is not published yet.
    pub(super) async fn data_test(
        &self,
        node: &Arc<Node>,
        candidate: Option<&Arc<Candidate>>,
        result: &mut NodeResult,
        cancel: &Cancel,
    ) -> Result<(), Failure> {
        let compiled = match candidate {
            Some(candidate) => self.compile_audit(node, candidate, result).await?,
            None => self.compile_node(node, Turn::default(), result).await?,
        };
        let begun = Utc::now();
        let query = DataTestQuery::new(node, &compiled, self.options.store_failures);
        let query = query.map_err(|problem| Failure::from(*problem))?;
        let mut existing = None;
        if let Some(store) = &query.store {
            let found = self.cache.find(&store.relation).await;
            existing = found.map_err(|error| Failure::of_adapter(&error))?;
            result.relation_name = Some(store.relation.to_string());
        }
        let mut plan = plan::plan_data_test(node, &query, existing.as_ref());
        plan.steps.splice(0..0, header_step(&compiled));
        plan.context = self.job_context(node).await?;
        self.write_run_file(node, None, &plan.to_string())?;
        let outcome = self.adapter.apply(&plan, cancel).await;
        result.execute = Some((begun, Utc::now()));
        let outcome = outcome.map_err(|error| {
            let last = plan.steps.last();
            let step = error.step.and_then(|at| plan.steps.get(at)).or(last);
            let file = self.compiled_file(node, None);
            let code = match (step, &compiled.header) {
                (Some(Step::Header { .. }), Some(header)) => header,
                _ => &compiled.code,
            };
            Guilty { node, code, compiled: Some(file) }.blame(&error, step)
        })?;
        self.cache.wrote(&plan);
        result.response = outcome.response;
        let table = outcome.table.unwrap_or_default();
        let counts = TestCounts::read(&table).map_err(|problem| {
            let message = format!("test `{}` has no usable result: {problem}", node.name);
            Failure::from(place(node, Diagnostic::error("invalid-test-result", message)))
        })?;
        result.failures = Some(counts.failures);
        let is_error = query.severity == TestSeverity::Error;
        let warnings_fail = self.options.warnings.weight("test-failed") == Weight::Error;
        result.status = counts.status(is_error, warnings_fail);
        if matches!(result.status, Status::Fail | Status::Warn) {
            let message = verdict(node, &query, counts, result.status);
            result.message = Some(message.clone());
            let severity = match result.status {
                Status::Warn => Severity::Warning,
                _ => Severity::Error,
            };
            let diagnostic = Diagnostic { severity, ..Diagnostic::error("test-failed", message) };
            let compiled = self.compiled_file(node, None);
            let compiled = (compiled.as_path(), candidate.is_some());
            let diagnostic = hints(place(node, diagnostic), node, compiled, &query);
            result.diagnostics = vec![diagnostic];
        }
        Ok(())
    }
}

/// `test x found 3 failing rows`, and the limit where it is not the plain one.
fn verdict(node: &Node, query: &DataTestQuery, counts: TestCounts, status: Status) -> String {
    let failures = counts.failures;
    let fail_calc = node.config.text("fail_calc").unwrap_or("count(*)");
    let found = match (fail_calc, failures) {
        ("count(*)", 1) => "found 1 failing row".to_owned(),
        ("count(*)", _) => format!("found {failures} failing rows"),
        _ => format!("gives {failures} for `{fail_calc}`"),
    };
    let (key, limit) = match status {
        Status::Warn => ("warn_if", &query.warn_if),
        _ => ("error_if", &query.error_if),
    };
    let limit = match limit.as_str() {
        "!= 0" => String::new(),
        limit => format!(" ({key}: {limit})"),
    };
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

fn hints(
    diagnostic: Diagnostic,
    node: &Node,
    (compiled, is_audit): (&std::path::Path, bool),
    query: &DataTestQuery,
) -> Diagnostic {
    let diagnostic = diagnostic.note(format!("compiled code: {}", compiled.display()));
    match &query.store {
        Some(store) => diagnostic.help(format!("the failing rows are in {}", store.relation)),
        // The test's own selection would read what is published.
        None if is_audit => {
            diagnostic.help(format!("see the failing rows: elt sql --file {}", compiled.display()))
        }
        None => diagnostic.help(format!("see the failing rows: elt show --select {}", node.name)),
    }
}
