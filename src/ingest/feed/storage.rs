//! How a feed's bronze table is kept on BigQuery.

use serde_json::{Map, Value};

use super::reader::Reader;
use crate::ingest::Storage;

/// Keys of `storage`.
const KEYS: [&str; 3] = ["cluster_by", "expiration_days", "require_partition_filter"];
/// Columns a table can be clustered by
/// (<https://cloud.google.com/bigquery/docs/clustered-tables#limitations>).
const MAX_CLUSTER_COLUMNS: usize = 4;

/// Reads `storage`; the usual where it is not written.
pub(super) fn read(reader: &mut Reader<'_>, map: &Map<String, Value>) -> Option<Storage> {
    let storage = match map.get("storage") {
        None => return Some(Storage::default()),
        Some(Value::Object(storage)) => storage,
        Some(_) => {
            reader.problem("storage", "`storage` must be a mapping", None);
            return None;
        }
    };
    reader.only(storage, &KEYS, "storage");
    let cluster_by = reader.names(storage, "cluster_by")?;
    if cluster_by.len() > MAX_CLUSTER_COLUMNS {
        let message = format!("a table is clustered by at most {MAX_CLUSTER_COLUMNS} columns");
        reader.problem("cluster_by", &message, None);
    }
    let partition_expiration_days = match storage.get("expiration_days") {
        None => None,
        Some(value) => match value.as_u64().and_then(|days| u32::try_from(days).ok()) {
            Some(days) if days > 0 => Some(days),
            _ => {
                let message = "`expiration_days` must be a whole number above 0";
                reader.problem("expiration_days", message, None);
                None
            }
        },
    };
    let require_partition_filter = match storage.get("require_partition_filter") {
        None => false,
        Some(Value::Bool(required)) => *required,
        Some(_) => {
            let message = "`require_partition_filter` must be true or false";
            reader.problem("require_partition_filter", message, None);
            false
        }
    };
    Some(Storage { cluster_by, require_partition_filter, partition_expiration_days })
}
