//! A small project with every way to change a table (`tests/cases/bigquery_shop`), its data from day to
//! day, and what there is at the end.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use serde_json::{Value, json};

use crate::{program::write, server::Server};

/// What is built, with the columns that count: times of the run itself do not.
const RELATIONS: [(&str, &str); 10] = [
    ("sales", "*"),
    ("cleaned", "*"),
    ("customers", "*"),
    ("by_day", "*"),
    ("by_day_copied", "*"),
    ("ledger", "*"),
    ("latest", "*"),
    ("balances", "*"),
    ("report", "*"),
    ("history", "customer, amount, dbt_valid_to is null as is_current"),
];

/// The sales as they are at some day: there are more of them, and some have changed.
pub fn sales(day: usize) -> String {
    let mut text = "id,day,customer,amount\n".to_owned();
    for id in 1..=8 + 3 * day {
        let amount = 10 * id + if id % 4 == day % 4 { day } else { 0 };
        let _ = writeln!(text, "{id},2024-01-{:02},{},{amount}", 1 + id % 6, id % 3);
    }
    text
}

/// Puts the sales of a day into a project.
pub fn arrive(project: &Path, day: usize) {
    write(project, "seeds/sales.csv", &sales(day));
}

/// Rows by relation, and how tables are kept.
pub type End = BTreeMap<String, (Vec<Vec<Value>>, Value)>;

/// What there is now.
pub fn end(server: &Server) -> End {
    let state = server.state();
    let database = state.database.as_ref().expect("it has rows");
    let relation = |(name, columns): &(&str, &str)| {
        let sql = format!("select {columns} from shop.gold.\"{name}\" order by all");
        let rows = database.rows(&sql).unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
        let key = ("gold".to_owned(), (*name).to_owned());
        let kept = &state.catalog.tables[&key];
        let described: Vec<&Value> = kept["schema"]["fields"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|field| &field["description"])
            .collect();
        let kept = json!({
            "type": kept["type"],
            "partitioning": kept["timePartitioning"],
            "clustering": kept["clustering"],
            "described": described,
            "policy": state.catalog.policies.get(&key).map(|policy| &policy["bindings"]),
        });
        ((*name).to_owned(), (rows, kept))
    };
    RELATIONS.iter().map(relation).collect()
}
