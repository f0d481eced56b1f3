//! The methods of `datasets` and `tables`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    answer::{error, not_found},
    http::{HttpAnswer, HttpRequest},
    jobs::merge,
    running_server::{Shared, State},
};

/// The datasets with their tables.
#[derive(Debug, Default)]
pub struct Catalog {
    pub datasets: BTreeMap<String, Value>,
    pub tables: BTreeMap<(String, String), Value>,
    /// Who may do what with tables.
    pub policies: BTreeMap<(String, String), Value>,
    /// Lines of a page at most.
    pub page_lines: Option<usize>,
    changes: usize,
}

impl Catalog {
    pub fn dataset(&mut self, project: &str, dataset: &str) {
        let reference = json!({"projectId": project, "datasetId": dataset});
        let resource = json!({"datasetReference": reference, "location": "EU"});
        self.put_dataset(dataset, resource);
    }

    pub fn table(&mut self, project: &str, dataset: &str, table: &str, more: &Value) {
        let reference = json!({"projectId": project, "datasetId": dataset, "tableId": table});
        let mut resource = json!({"tableReference": reference, "type": "TABLE"});
        merge(&mut resource, more);
        self.put_table(dataset, table, resource);
    }

    /// Tells of a table what its rows are now; `new` is what it is otherwise, where it was made anew.
    pub fn show(
        &mut self,
        key: &(String, String),
        new: Option<Value>,
        mut fields: Vec<Value>,
        rows: usize,
    ) {
        let known = self.tables.get(key).cloned();
        let mut resource = match (new, known) {
            (Some(new), _) => new,
            (None, Some(known)) => {
                for field in &mut fields {
                    let said = known.pointer("/schema/fields").and_then(Value::as_array);
                    let said = said.into_iter().flatten();
                    let said = said.clone().find(|said| said["name"] == field["name"]);
                    for key in ["description", "policyTags"] {
                        if let Some(said) = said.and_then(|said| said.get(key)) {
                            field[key] = said.clone();
                        }
                    }
                }
                known
            }
            (None, None) => return,
        };
        let (dataset, table) = key;
        let project = self.datasets.get(dataset).cloned().unwrap_or_default();
        resource["tableReference"] = json!({"datasetId": dataset, "tableId": table,
            "projectId": project.pointer("/datasetReference/projectId")});
        resource["schema"] = json!({"fields": fields});
        resource["numRows"] = rows.to_string().into();
        self.put_table(dataset, table, resource);
    }

    /// Describes a column.
    pub fn describe_column(&mut self, key: &(String, String), column: &str, text: &str) {
        let fields = self.tables.get_mut(key).and_then(|table| table.pointer_mut("/schema/fields"));
        let fields = fields.and_then(Value::as_array_mut).into_iter().flatten();
        for field in fields.filter(|field| field["name"] == column) {
            field["description"] = text.into();
        }
    }

    fn etag(&mut self) -> Value {
        self.changes += 1;
        Value::from(format!("etag-{}", self.changes))
    }

    fn put_dataset(&mut self, dataset: &str, mut resource: Value) {
        resource["etag"] = self.etag();
        self.datasets.insert(dataset.to_owned(), resource);
    }

    fn put_table(&mut self, dataset: &str, table: &str, mut resource: Value) {
        resource["etag"] = self.etag();
        self.tables.insert((dataset.to_owned(), table.to_owned()), resource);
    }

    /// One page of a list.
    fn page(&self, request: &HttpRequest, key: &str, lines: Vec<Value>) -> HttpAnswer {
        let from = request.param("pageToken").and_then(|token| token.parse().ok()).unwrap_or(0);
        let asked = request.param("maxResults").and_then(|most| most.parse().ok());
        let most = asked.unwrap_or(50).min(self.page_lines.unwrap_or(usize::MAX));
        let to = lines.len().min(from + most);
        let mut body = json!({"totalItems": lines.len()});
        if to > from {
            body[key] = Value::from(lines[from..to].to_vec());
        }
        if to < lines.len() {
            body["nextPageToken"] = to.to_string().into();
        }
        HttpAnswer::json(200, &body)
    }
}

/// Merges a patch: null removes (<https://www.rfc-editor.org/rfc/rfc7396>).
fn patch(resource: &mut Value, changes: &Value) {
    let Some(changes) = changes.as_object() else { return };
    for (key, value) in changes {
        match value {
            Value::Null => {
                if let Some(members) = resource.as_object_mut() {
                    members.remove(key);
                }
            }
            Value::Object(_) if resource[key.as_str()].is_object() => {
                patch(&mut resource[key.as_str()], value);
            }
            _ => resource[key.as_str()] = value.clone(),
        }
    }
}

/// Whether a change was made for an older state.
fn outdated(request: &HttpRequest, resource: &Value) -> Option<HttpAnswer> {
    let seen = request.header("if-match")?;
    (resource["etag"].as_str() != Some(seen))
        .then(|| error(412, "conditionNotMet", "Precondition check failed."))
}

/// The methods of `tables`.
pub fn tables(
    shared: &Shared,
    request: &HttpRequest,
    (project, dataset): (&str, &str),
    table: Option<&str>,
) -> HttpAnswer {
    let mut state = shared.state();
    let State { catalog, database, .. } = &mut *state;
    if !catalog.datasets.contains_key(dataset) {
        return not_found(&format!("Dataset {project}:{dataset}"));
    }
    let Some(table) = table else {
        let line = |resource: &Value| {
            let mut line = resource.clone();
            for key in ["schema", "numRows", "etag"] {
                patch(&mut line, &json!({key: null}));
            }
            line
        };
        let here = catalog.tables.iter().filter(|((of, _), _)| of == dataset);
        let lines = here.map(|(_, resource)| line(resource)).collect();
        return catalog.page(request, "tables", lines);
    };
    let (table, verb) = table.split_once(':').unwrap_or((table, ""));
    let key = (dataset.to_owned(), table.to_owned());
    let missing = || not_found(&format!("Table {project}:{dataset}.{table}"));
    let Some(mut resource) = catalog.tables.get(&key).cloned() else { return missing() };
    if !verb.is_empty() {
        return policy(catalog, request, key, verb);
    }
    match request.method.as_str() {
        "GET" => HttpAnswer::json(200, &resource),
        "DELETE" => {
            catalog.tables.remove(&key);
            if let Some(database) = database {
                database.drop_relation(&key);
            }
            HttpAnswer { status: 204, headers: Vec::new(), body: Vec::new() }
        }
        _ => {
            if let Some(refusal) = outdated(request, &resource) {
                return refusal;
            }
            patch(&mut resource, &request.json());
            catalog.put_table(dataset, table, resource);
            HttpAnswer::json(200, &catalog.tables[&key])
        }
    }
}

/// `getIamPolicy` and `setIamPolicy`.
fn policy(
    catalog: &mut Catalog,
    request: &HttpRequest,
    key: (String, String),
    verb: &str,
) -> HttpAnswer {
    let known = catalog.policies.get(&key).cloned();
    let known = known.unwrap_or_else(|| json!({"version": 1, "etag": "policy-0"}));
    if verb == "getIamPolicy" {
        return HttpAnswer::json(200, &known);
    }
    let mut new = request.json()["policy"].clone();
    if new["etag"] != known["etag"] {
        return error(409, "conditionNotMet", "The policy was changed since it was read.");
    }
    new["etag"] = catalog.etag();
    catalog.policies.insert(key, new.clone());
    HttpAnswer::json(200, &new)
}

/// The methods of `datasets`.
pub fn datasets(
    shared: &Shared,
    request: &HttpRequest,
    project: &str,
    dataset: Option<&str>,
) -> HttpAnswer {
    let mut state = shared.state();
    let State { catalog, database, .. } = &mut *state;
    let Some(dataset) = dataset else {
        if request.method == "GET" {
            let lines = catalog.datasets.values().cloned().collect();
            return catalog.page(request, "datasets", lines);
        }
        let resource = request.json();
        let name = resource.pointer("/datasetReference/datasetId").and_then(Value::as_str);
        let name = name.unwrap_or_default().to_owned();
        if catalog.datasets.contains_key(&name) {
            return error(409, "duplicate", &format!("Already Exists: Dataset {project}:{name}"));
        }
        catalog.put_dataset(&name, resource);
        if let Some(database) = database {
            database.make_dataset(&name);
        }
        return HttpAnswer::json(200, &catalog.datasets[&name]);
    };
    let missing = || not_found(&format!("Dataset {project}:{dataset}"));
    let Some(mut resource) = catalog.datasets.get(dataset).cloned() else { return missing() };
    match request.method.as_str() {
        "GET" => HttpAnswer::json(200, &resource),
        "DELETE" => {
            let contents = catalog.tables.keys().any(|(of, _)| of == dataset);
            if contents && request.param("deleteContents") != Some("true") {
                return error(400, "resourceInUse", "Dataset is still in use");
            }
            catalog.tables.retain(|(of, _), _| of != dataset);
            catalog.datasets.remove(dataset);
            if let Some(database) = database {
                database.drop_dataset(dataset);
            }
            HttpAnswer { status: 204, headers: Vec::new(), body: Vec::new() }
        }
        _ => {
            if let Some(refusal) = outdated(request, &resource) {
                return refusal;
            }
            patch(&mut resource, &request.json());
            catalog.put_dataset(dataset, resource);
            HttpAnswer::json(200, &catalog.datasets[dataset])
        }
    }
}
