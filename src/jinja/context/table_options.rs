//! `adapter.get_table_options(…)` and its like: what BigQuery's statements set of a relation
//! (<https://docs.getdbt.com/reference/resource-configs/bigquery-configs>).

use minijinja::{Error, ErrorKind, State, Value, value::from_args};

use crate::jinja::{
    dict::{self, Dict},
    list::List,
    python_json::{Layout, to_python_json},
};

/// How long temporary tables live.
const TEMPORARY_HOURS: &str = "12";

/// The options of a kind of relation, by name, as SQL.
///
/// # Errors
/// Arguments that are no configuration and node, and `enable_change_history` of a view.
pub fn table_options(
    state: &mut State<'_, '_>,
    method: &str,
    args: &[Value],
) -> Result<Value, Error> {
    let (config, node, temporary): (Value, Value, Option<bool>) = from_args(args)?;
    let is_temporary = temporary.unwrap_or(false);
    let mut get = |key: &str| -> Result<Option<Value>, Error> {
        let value = config.call_method(state, "get", &[Value::from(key)])?;
        Ok(Some(value).filter(|value| !value.is_none() && !value.is_undefined()))
    };
    let mut options: Vec<(Value, Value)> = Vec::new();
    let mut set = |name: &str, value: Value| options.push((Value::from(name), value));
    let expires_in = |hours: &str| {
        Value::from(format!("TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL {hours} hour)"))
    };
    if let (Some(hours), false) = (get("hours_to_expiration")?, is_temporary) {
        set("expiration_timestamp", expires_in(&hours.to_string()));
    }
    let persists = match get("persist_docs")? {
        Some(docs) => docs.get_attr("relation")?.is_true(),
        None => false,
    };
    if persists {
        let description = node.get_attr("description")?.to_string();
        let layout = Layout { sort_keys: false, indent: None };
        let json = to_python_json(&Value::from(description), layout)?;
        // GoogleSQL has JSON's escapes.
        let escaped = &json[1..json.len() - 1];
        set("description", Value::from(format!("\"\"\"{escaped}\"\"\"")));
    }
    let mut labels = Vec::new();
    if get("labels_from_meta")?.is_some_and(|flag| flag.is_true())
        && let Some(meta) = get("meta")?
    {
        labels = dict::entries(&meta)?;
    }
    if let Some(own) = get("labels")? {
        for (name, value) in dict::entries(&own)? {
            match labels.iter_mut().find(|(known, _)| *known == name) {
                Some((_, old)) => *old = value,
                None => labels.push((name, value)),
            }
        }
    }
    let pairs = |entries: Vec<(Value, Value)>| {
        List::value(
            entries.into_iter().map(|(name, value)| List::tuple(vec![name, value])).collect(),
        )
    };
    if !labels.is_empty() {
        set("labels", pairs(labels));
    }
    if let Some(tags) = get("resource_tags")?.filter(Value::is_true) {
        set("tags", pairs(dict::entries(&tags)?));
    }
    let has_history = get("enable_change_history")?;
    match method {
        "get_view_options" if has_history.as_ref().is_some_and(Value::is_true) => {
            let message = "`enable_change_history` is for tables: BigQuery has none of views";
            return Err(Error::new(ErrorKind::InvalidOperation, message));
        }
        "get_table_options" => {
            if let Some(key) = get("kms_key_name")? {
                set("kms_key_name", Value::from(format!("'{key}'")));
            }
            if is_temporary {
                set("expiration_timestamp", expires_in(TEMPORARY_HOURS));
            } else {
                let is_partitioned = get("partition_by")?.is_some();
                let filter = get("require_partition_filter")?.filter(|_| is_partitioned);
                for (name, value) in [
                    ("require_partition_filter", filter),
                    ("partition_expiration_days", get("partition_expiration_days")?),
                    ("enable_change_history", has_history),
                ] {
                    if let Some(value) = value {
                        set(name, value);
                    }
                }
            }
        }
        _ => {}
    }
    Ok(Dict::value(options))
}
