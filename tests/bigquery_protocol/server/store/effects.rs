//! What jobs do to the rows and to what `tables.get` tells.

use serde_json::{Value, json};

use super::{Database, Statement, statement::Name};
use crate::server::{catalog_routes::Catalog, jobs::Job};

/// What an ended job gave, or the reason and message of its failure.
type Outcome = Result<Value, (String, String)>;

impl Database {
    /// Carries a job out. `rows` were sent with it. The statistics of its kind come back, and the result
    /// of a query in the job itself.
    pub fn carry_out(&self, job: &mut Job, rows: Option<&[u8]>, catalog: &mut Catalog) -> Outcome {
        let configuration = job.configuration.clone();
        let wrong = |message: String| ("invalidQuery".to_owned(), message);
        if let Some(load) = configuration.get("load") {
            let name = name_of(&load["destinationTable"]);
            let fields = load.pointer("/schema/fields").and_then(Value::as_array);
            let fields = fields.cloned().unwrap_or_default();
            let replaces = load["writeDisposition"] != "WRITE_APPEND";
            let count = self.load(&name, &fields, rows.unwrap_or_default(), replaces);
            let count = count.map_err(wrong)?;
            self.show(catalog, &name, replaces.then(|| json!({"type": "TABLE"})));
            return Ok(json!({"load": {"outputRows": count.to_string()}}));
        }
        if let Some(copy) = configuration.get("copy") {
            let (from, _) = base(&name_of(&copy["sourceTables"][0]));
            let (to, partition) = base(&name_of(&copy["destinationTable"]));
            let appends = copy["writeDisposition"] == "WRITE_APPEND";
            let condition = partition.map(|partition| condition(catalog, &to, &partition));
            let count = self.copy(&from, &to, (condition.as_deref(), appends)).map_err(wrong)?;
            let like = catalog.tables.get(&from).cloned();
            let new = like.filter(|_| !catalog.tables.contains_key(&to));
            self.show(
                catalog,
                &to,
                new.or_else(|| {
                    Some(json!({"type": "TABLE"})).filter(|_| !catalog.tables.contains_key(&to))
                }),
            );
            return Ok(json!({"copy": {"copiedRows": count.to_string()}}));
        }
        let statements = Statement::all(&job.statement());
        let parameters = configuration.pointer("/query/queryParameters").and_then(Value::as_array);
        self.set_parameters(parameters.map_or(&[], Vec::as_slice)).map_err(wrong)?;
        let ran = self.script(&statements).map_err(wrong)?;
        for statement in &statements {
            self.note(catalog, statement);
        }
        let mut query = json!({"statementType": job.behaviour.statistics["statementType"]});
        if let Some(changed) = ran.changed {
            query["numDmlAffectedRows"] = changed.to_string().into();
        }
        (job.behaviour.fields, job.behaviour.rows) = (ran.fields, ran.rows);
        Ok(json!({"query": query}))
    }

    /// Notes what a statement made of a relation.
    fn note(&self, catalog: &mut Catalog, statement: &Statement) {
        let Some(name) = statement.target() else { return };
        match statement.kind() {
            "CREATE_TABLE_AS_SELECT" => {
                let from = statement.copied().and_then(|from| catalog.tables.get(&from).cloned());
                let mut new = from.unwrap_or_else(|| statement.layout());
                new["type"] = "TABLE".into();
                self.show(catalog, &name, Some(new));
            }
            "CREATE_VIEW" => {
                let new = json!({"type": "VIEW", "view": {"query": statement.text}});
                self.show(catalog, &name, Some(new));
            }
            "CREATE_MATERIALIZED_VIEW" => {
                let (_, query) = statement.text.split_once("\nas\n").unwrap_or_default();
                let mut new = statement.layout();
                new["type"] = "MATERIALIZED_VIEW".into();
                new["materializedView"] = json!({"query": query});
                self.show(catalog, &name, Some(new));
            }
            "CREATE_TABLE" if !catalog.tables.contains_key(&name) => {
                let mut new = statement.layout();
                new["type"] = "TABLE".into();
                self.show(catalog, &name, Some(new));
            }
            "DROP_TABLE" => {
                catalog.tables.remove(&name);
            }
            _ => {
                if let Some((column, text)) = statement.described_column() {
                    catalog.describe_column(&name, &column, &text);
                }
                self.show(catalog, &name, None);
            }
        }
    }

    /// Brings what `tables.get` tells of a relation up to date; `new` is what it is otherwise, where it
    /// was made anew.
    fn show(&self, catalog: &mut Catalog, name: &Name, new: Option<Value>) {
        let Ok(fields) = self.fields(name) else { return };
        catalog.show(name, new, fields, self.count(name));
    }
}

fn name_of(table: &Value) -> Name {
    let part = |key: &str| table[key].as_str().unwrap_or("?").to_owned();
    (part("datasetId"), part("tableId"))
}

/// A name without the decorator of a partition.
fn base((dataset, table): &Name) -> (Name, Option<String>) {
    let (table, partition) = match table.split_once('$') {
        Some((table, partition)) => (table.to_owned(), Some(partition.to_owned())),
        None => (table.clone(), None),
    };
    ((dataset.clone(), table), partition)
}

/// What the rows of a partition fulfil.
fn condition(catalog: &Catalog, table: &Name, partition: &str) -> String {
    let layout = catalog.tables.get(table).cloned().unwrap_or_default();
    let field = layout.pointer("/timePartitioning/field").and_then(Value::as_str).unwrap_or("?");
    let format = match partition.len() {
        4 => "%Y",
        6 => "%Y%m",
        10 => "%Y%m%d%H",
        _ => "%Y%m%d",
    };
    format!(
        "coalesce(strftime(cast(\"{field}\" as timestamp), '{format}'), '__NULL__') = '{partition}'"
    )
}
