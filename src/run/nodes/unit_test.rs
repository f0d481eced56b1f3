//! Unit tests.

use std::sync::Arc;

use chrono::Utc;

use super::{Compile, Failure, NodeRunner};
use crate::{
    adapter::{AdapterErrorKind, Cancel},
    compile::MappedText,
    diagnostic::Diagnostic,
    manifest::UnitTest,
    relation::Table,
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
        let given = Arc::clone(test);
        let sql = self.blocking(move |compile| compile.unit_test(&given)).await;
        let compiled = Utc::now();
        result.compile = Some((begun, compiled));
        let sql = sql?;
        result.compiled_code = Some(sql.actual.text().into());
        self.write_compiled_test(test, sql.actual.text())?;
        let actual = self.rows(&sql.actual, test, cancel).await;
        let expected = match &actual {
            Ok(_) => self.rows(&sql.expected, test, cancel).await,
            Err(_) => Ok(Table::default()),
        };
        result.execute = Some((compiled, Utc::now()));
        let (actual, expected) = (actual?, expected?);
        let names: Vec<String> =
            expected.columns.iter().map(|column| column.name.clone()).collect();
        match diff_rows(&names, &expected.rows, &actual.rows) {
            None => {
                result.status = Status::Pass;
                result.failures = Some(0);
            }
            Some(difference) => {
                let message =
                    format!("`{}` does not give the rows that `{}` expects", test.model, test.name);
                result.status = Status::Fail;
                result.failures = Some(1);
                result.message = Some(message.clone());
                let diagnostic = Diagnostic::error("unit-test-failed", message)
                    .at(test.declared.clone(), "")
                    .note(format!("expected → actual\n{difference}"));
                result.diagnostics = vec![diagnostic];
            }
        }
        Ok(())
    }

    async fn rows(
        &self,
        sql: &MappedText,
        test: &UnitTest,
        cancel: &Cancel,
    ) -> Result<Table, Failure> {
        self.adapter.query(sql.text(), None, cancel).await.map_err(|error| {
            if error.kind == AdapterErrorKind::Cancelled {
                return Failure::of_adapter(&error);
            }
            let diagnostic = blame(&error, sql);
            diagnostic.at(test.declared.clone(), "in this unit test").into()
        })
    }
}
