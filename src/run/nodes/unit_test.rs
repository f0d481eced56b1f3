//! Unit tests.

use std::sync::Arc;

use chrono::Utc;

use super::{Compile, Failure, NodeRunner, compile_trait::KnownSchemas};
use crate::{
    adapter::{AdapterError, AdapterErrorKind, Cancel, query_behind},
    compile::{CompiledUnitTest, MappedText, UnitTestInput, UnitTestQuery, UnitTestRows},
    diagnostic::Diagnostic,
    manifest::UnitTest,
    run::{NodeResult, Status, blame, diff_rows},
};

impl<C: Compile> NodeRunner<C> {
    /// Runs the model over the given rows and compares.
    pub(super) async fn unit_test(
        &self,
        test: &Arc<UnitTest>,
        result: &mut NodeResult,
        cancel: &Cancel,
    ) -> Result<(), Failure> {
        let begun = Utc::now();
        let (compiled, query) = self.unit_test_query(test).await?;
        let header = compiled.header.as_ref();
        let header_text = header.map(MappedText::text);
        let of_header = |error: &AdapterError| header.filter(|_| error.step == Some(0));
        let ready = Utc::now();
        result.compile = Some((begun, ready));
        result.compiled_code = Some(query.sql.text().into());
        self.write_compiled_test(test, query.sql.text())?;
        let context = self.unit_test_context(test).await?;
        let adapter = self.adapter.as_ref();
        let outcome =
            query_behind(adapter, header_text, query.sql.text(), None, (&context, cancel)).await;
        result.execute = Some((ready, Utc::now()));
        let outcome = outcome
            .map_err(|error| of_test(&error, of_header(&error).unwrap_or(&query.sql), test))?;
        result.response = outcome.response;
        let rows = query.rows(&outcome.table.unwrap_or_default()).map_err(|problem| {
            let diagnostic = Diagnostic::error("invalid-test-result", problem);
            Failure::from(diagnostic.at(test.declared.clone(), ""))
        })?;
        judge(test, &rows, result);
        Ok(())
    }

    /// A unit test's model over the given rows, and the query of the rows that it expects and gives.
    pub(super) async fn unit_test_query(
        &self,
        test: &Arc<UnitTest>,
    ) -> Result<(CompiledUnitTest, UnitTestQuery), Failure> {
        let given = Arc::clone(test);
        let inputs = self.blocking(move |compile| compile.unit_test_inputs(&given)).await?;
        let schemas = self.known_schemas(&inputs).await?;
        let given = Arc::clone(test);
        let compiled = self.blocking(move |compile| compile.unit_test(&given, &schemas)).await?;
        let header = compiled.header.as_ref();
        let header_text = header.map_or("", MappedText::text);
        let columns = self.adapter.describe(header_text, compiled.actual.text()).await;
        let columns = columns.map_err(|error| {
            let code = header.filter(|_| error.step == Some(0));
            of_test(&error, code.unwrap_or(&compiled.actual), test)
        })?;
        let query = compiled.query(&columns)?;
        Ok((compiled, query))
    }

    /// Whether what a unit test's rows stand for is there to be described.
    pub(super) async fn knows_inputs(&self, test: &Arc<UnitTest>) -> Result<bool, Failure> {
        let given = Arc::clone(test);
        let inputs = self.blocking(move |compile| compile.unit_test_inputs(&given)).await?;
        let known = self.known_schemas(&inputs).await?;
        Ok(inputs.iter().all(|input| known.contains_key(&input.relation.to_string())))
    }

    /// The columns of the inputs that exist or can be described. What cannot is left to the
    /// declared columns, so its errors are not the test's.
    async fn known_schemas(&self, inputs: &[UnitTestInput]) -> Result<KnownSchemas, Failure> {
        let mut schemas = KnownSchemas::new();
        for input in inputs {
            let mut existing = None;
            for relation in [Some(&input.relation), input.deferred.as_ref()].into_iter().flatten() {
                let found = self.cache.find(relation).await;
                existing = found.map_err(|error| Failure::of_adapter(&error))?;
                if existing.is_some() {
                    break;
                }
            }
            let columns = match (&existing, &input.query) {
                (Some(existing), _) => self.cache.columns(existing).await.ok().flatten(),
                (None, Some((header, query))) => self.adapter.describe(header, query).await.ok(),
                (None, None) => None,
            };
            if let Some(columns) = columns {
                schemas.insert(input.relation.to_string(), columns);
            }
        }
        Ok(schemas)
    }
}

/// Says an error of the model or a fixture, and which test it came up in.
pub(super) fn of_test(error: &AdapterError, code: &MappedText, test: &UnitTest) -> Failure {
    if error.kind == AdapterErrorKind::Cancelled {
        return Failure::of_adapter(error);
    }
    blame(error, code).at(test.declared.clone(), "in this unit test").into()
}

/// Compares and says how the rows differ.
pub(super) fn judge(test: &UnitTest, rows: &UnitTestRows, result: &mut NodeResult) {
    let Some(difference) = diff_rows(&rows.columns, &rows.expected, &rows.actual) else {
        result.status = Status::Pass;
        result.failures = Some(0);
        return;
    };
    let message = format!("`{}` does not give the rows that `{}` expects", test.model, test.name);
    result.status = Status::Fail;
    result.failures = Some(1);
    result.message = Some(message.clone());
    let diagnostic = Diagnostic::error("unit-test-failed", message)
        .at(test.declared.clone(), "")
        .note(format!("expected → actual\n{difference}"));
    result.diagnostics = vec![diagnostic];
}
