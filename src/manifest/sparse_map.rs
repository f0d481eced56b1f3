//! Properties that most columns have none of.

use std::{ops::Deref, sync::LazyLock};

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// A map of JSON values that costs a word while it is empty: a project has ten columns for each of
/// its models, and few of them have a `meta`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SparseMap(Option<Box<Map<String, Value>>>);

static EMPTY: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);

impl From<Map<String, Value>> for SparseMap {
    fn from(map: Map<String, Value>) -> Self {
        Self((!map.is_empty()).then(|| Box::new(map)))
    }
}

impl Deref for SparseMap {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Self::Target {
        self.0.as_deref().unwrap_or(&EMPTY)
    }
}

impl Serialize for SparseMap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.deref().serialize(serializer)
    }
}
