//! What would run on BigQuery itself.

use serde_json::Value;

use crate::plans_on_bigquery::planned;

#[test]
fn plans_on_bigquery() {
    insta::glob!("../cases/plans_on_bigquery", "*.json", |path| {
        let text = std::fs::read_to_string(path).expect("a readable case");
        let case: Value = serde_json::from_str(&text).expect("JSON");
        let shown = match planned(&case) {
            Ok(plan) => plan.to_string(),
            Err(problems) => {
                let line =
                    |one: &elt::diagnostic::Diagnostic| format!("{}: {}", one.code, one.message);
                problems.iter().map(line).collect::<Vec<_>>().join("\n")
            }
        };
        insta::assert_snapshot!(shown);
    });
}
