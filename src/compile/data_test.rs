//! Data tests: from the query that finds failing rows to the query that counts them.

use super::{CompiledNode, mapped::MappedText};
use crate::{
    diagnostic::Diagnostic,
    manifest::Node,
    relation::{Relation, RelationKind},
};

/// What a failing test does to the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestSeverity {
    /// It fails.
    Error,
    /// It warns.
    Warn,
}

/// A data test as it is run: where failures are stored, first `store`, then `sql`.
#[derive(Clone, Debug)]
pub struct DataTestQuery {
    /// One row: `failures`, `should_warn`, `should_error`.
    pub sql: MappedText,
    /// Where and how failing rows are kept, if they are.
    pub store: Option<StoreFailures>,
    /// `severity`.
    pub severity: TestSeverity,
    /// `warn_if`, for messages.
    pub warn_if: String,
    /// `error_if`, for messages.
    pub error_if: String,
}

/// A relation that keeps a test's failing rows; it replaces what was there.
#[derive(Clone, Debug)]
pub struct StoreFailures {
    /// The relation, its kind set to table or view.
    pub relation: Relation,
    /// The failing rows.
    pub query: MappedText,
}

impl DataTestQuery {
    /// Wraps a compiled test as dbt does. `store_by_default` is `--store-failures`.
    pub fn new(
        node: &Node,
        compiled: &CompiledNode,
        store_by_default: bool,
    ) -> Result<Self, Box<Diagnostic>> {
        let config = &node.config;
        let place = |diagnostic: Diagnostic| {
            let declared = node.test.as_ref().and_then(|test| test.declared.clone());
            Box::new(match declared {
                Some(span) => diagnostic.at(span, ""),
                None => diagnostic,
            })
        };
        let severity = match config.text("severity").unwrap_or("error") {
            text if text.eq_ignore_ascii_case("error") => TestSeverity::Error,
            text if text.eq_ignore_ascii_case("warn") => TestSeverity::Warn,
            other => {
                return Err(place(
                    Diagnostic::error("invalid-test-config", format!("no severity `{other}`"))
                        .help("the severities are error and warn"),
                ));
            }
        };
        let mut rows = compiled.code.clone();
        if let Some(limit) = config.get("limit") {
            let Some(limit) = limit.as_u64() else {
                return Err(place(
                    Diagnostic::error(
                        "invalid-test-config",
                        format!("`limit` is no number: {limit}"),
                    )
                    .help("write a whole number of rows"),
                ));
            };
            rows.push(&format!("\n  limit {limit}"));
        }
        let store_as = match config.text("store_failures_as") {
            Some("ephemeral") => None,
            Some("table") => Some(RelationKind::Table),
            Some("view") => Some(RelationKind::View),
            Some(other) => {
                return Err(place(
                    Diagnostic::error(
                        "invalid-test-config",
                        format!("failures cannot be stored as `{other}`"),
                    )
                    .help("`store_failures_as` is table, view or ephemeral"),
                ));
            }
            None => config
                .flag("store_failures")
                .unwrap_or(store_by_default)
                .then_some(RelationKind::Table),
        };
        let (inner, store) = match store_as {
            Some(kind) => {
                let relation = Relation { kind: Some(kind), ..node.relation.clone() };
                let mut stored = MappedText::default();
                stored.push(&format!("select *\n    from {relation}"));
                (stored, Some(StoreFailures { relation, query: rows }))
            }
            None => (rows, None),
        };
        let text = |key: &str, default: &str| config.text(key).unwrap_or(default).to_owned();
        let fail_calc = text("fail_calc", "count(*)");
        let warn_if = text("warn_if", "!= 0");
        let error_if = text("error_if", "!= 0");
        let mut sql = MappedText::default();
        sql.push(&format!(
            "select\n  {fail_calc} as failures,\n  {fail_calc} {warn_if} as should_warn,\n  {fail_calc} {error_if} as should_error\nfrom (\n"
        ));
        sql.push_mapped(&inner);
        sql.push("\n) dbt_internal_test");
        Ok(Self { sql, store, severity, warn_if, error_if })
    }
}
