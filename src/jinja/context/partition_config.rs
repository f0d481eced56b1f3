//! How a table of BigQuery is partitioned, as its macros see it
//! (<https://docs.getdbt.com/reference/resource-configs/bigquery-configs#partition-clause>).

use std::sync::Arc;

use minijinja::{
    Error, ErrorKind, State, Value,
    value::{Object, ObjectRepr, ValueKind, from_args},
};

use crate::jinja::{
    arguments::Arguments, columns::ColumnObject, dict, list::List, python_text::repr,
};

/// The column that rows are written with where their time of ingestion partitions them.
const INGESTION_TIME: &str = "_PARTITIONTIME";

/// What `adapter.parse_partition_by(…)` gives.
#[derive(Debug)]
pub struct PartitionConfig {
    field: String,
    /// In lower case, as all texts of it.
    data_type: String,
    granularity: String,
    range: Option<Value>,
    time_ingestion_partitioning: bool,
    copy_partitions: bool,
}

fn wrong(message: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::InvalidOperation, format!("`partition_by`: {message}"))
}

impl PartitionConfig {
    /// The partitioning that a `partition_by` means; none where there is none.
    ///
    /// # Errors
    /// Another thing than a mapping, keys that are none of it, values of other types.
    pub fn parse(raw: &Value) -> Result<Value, Error> {
        if raw.is_none() || raw.is_undefined() {
            return Ok(Value::from(()));
        }
        if raw.kind() != ValueKind::Map {
            let message = "expects a mapping with `field` and `data_type`, not";
            return Err(wrong(format!("{message} `{}`", repr(raw))));
        }
        let mut field = None;
        let mut config = Self {
            field: String::new(),
            data_type: "date".to_owned(),
            granularity: "day".to_owned(),
            range: None,
            time_ingestion_partitioning: false,
            copy_partitions: false,
        };
        for (key, value) in dict::entries(raw)? {
            let name = key.to_string();
            let text = || match value.as_str() {
                Some(text) => Ok(text.to_lowercase()),
                None => Err(wrong(format!("`{name}` expects a text, not `{}`", repr(&value)))),
            };
            let flag = || match bool::try_from(value.clone()) {
                Ok(flag) => Ok(flag),
                Err(_) => {
                    Err(wrong(format!("`{name}` expects true or false, not `{}`", repr(&value))))
                }
            };
            match name.as_str() {
                "field" => field = Some(text()?),
                "data_type" => config.data_type = text()?,
                "granularity" => config.granularity = text()?,
                "range" if value.is_none() => {}
                "range" if value.kind() == ValueKind::Map => config.range = Some(value.clone()),
                "range" => return Err(wrong("`range` expects `start`, `end` and `interval`")),
                "time_ingestion_partitioning" => config.time_ingestion_partitioning = flag()?,
                "copy_partitions" => config.copy_partitions = flag()?,
                _ => return Err(wrong(format!("has no key `{name}`"))),
            }
        }
        config.field = field.ok_or_else(|| wrong("`field` is missing"))?;
        Ok(Value::from_object(config))
    }

    /// Whether the column's values are cut to the partition they belong to.
    fn is_truncated(&self) -> bool {
        !(self.data_type == "int64" || (self.data_type == "date" && self.granularity == "day"))
    }

    fn ingestion_column(&self) -> &'static str {
        if self.data_type == "date" { "_PARTITIONDATE" } else { INGESTION_TIME }
    }

    /// The expression that partitions.
    fn expression(&self, alias: Option<&str>) -> String {
        let column = match self.time_ingestion_partitioning {
            true => self.ingestion_column(),
            false => &self.field,
        };
        let column = match alias {
            Some(alias) => format!("{alias}.{column}"),
            None => column.to_owned(),
        };
        match self.is_truncated() {
            true => format!("{}_trunc({column}, {})", self.data_type, self.granularity),
            false => column,
        }
    }

    /// The start of the partition that a row belongs to.
    fn wrapped(&self, alias: Option<&str>) -> String {
        let column = self.expression(alias);
        if let ("int64", Some(range)) = (self.data_type.as_str(), &self.range) {
            let part = |name| range.get_attr(name).unwrap_or_default().to_string();
            let (start, interval) = (part("start"), part("interval"));
            return match interval == "1" {
                true => column,
                false => format!("({column} - MOD({column} - {start}, {interval}))"),
            };
        }
        let is_time = matches!(self.data_type.as_str(), "date" | "timestamp" | "datetime");
        let is_date_already = self.time_ingestion_partitioning && self.data_type == "date";
        match is_time && !self.is_truncated() && !is_date_already {
            true => format!("{}({column})", self.data_type),
            false => column,
        }
    }

    /// The type of what [`Self::wrapped`] gives.
    fn type_of_partitions(&self) -> &str {
        match self.time_ingestion_partitioning && self.data_type != "date" {
            true => "timestamp",
            false => &self.data_type,
        }
    }

    /// The columns with the one that rows are written with.
    ///
    /// # Errors
    /// A list that cannot be gone through.
    pub fn with_ingestion_column(
        &self,
        columns: &Value,
        column: ColumnObject,
    ) -> Result<Value, Error> {
        let mut all: Vec<Value> = columns.try_iter()?.collect();
        all.push(Value::from_object(column));
        Ok(List::value(all))
    }

    /// The name and type of the column that rows are written with.
    pub fn ingestion(&self) -> (&'static str, &str) {
        (INGESTION_TIME, &self.data_type)
    }
}

impl Object for PartitionConfig {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(match key.as_str()? {
            "field" => Value::from(self.field.as_str()),
            "data_type" => Value::from(self.data_type.as_str()),
            "granularity" => Value::from(self.granularity.as_str()),
            "range" => self.range.clone().unwrap_or_else(|| Value::from(())),
            "time_ingestion_partitioning" => Value::from(self.time_ingestion_partitioning),
            "copy_partitions" => Value::from(self.copy_partitions),
            _ => return None,
        })
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let alias = || Arguments::new("render", args)?.get::<String>(0, "alias");
        Ok(match method {
            "render" => Value::from(self.expression(alias()?.as_deref())),
            "render_wrapped" => Value::from(self.wrapped(alias()?.as_deref())),
            "data_type_for_partition" => Value::from(self.type_of_partitions()),
            "data_type_should_be_truncated" => Value::from(self.is_truncated()),
            "time_partitioning_field" => Value::from(self.ingestion_column()),
            "insertable_time_partitioning_field" => Value::from(INGESTION_TIME),
            "reject_partition_field_column" => {
                let (columns,): (Value,) = from_args(args)?;
                let is_other = |column: &Value| {
                    let name = column.get_attr("name").unwrap_or_default();
                    name.as_str().is_none_or(|name| !name.eq_ignore_ascii_case(&self.field))
                };
                List::value(columns.try_iter()?.filter(is_other).collect())
            }
            _ => return Err(Error::from(ErrorKind::UnknownMethod)),
        })
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = |text: &str| repr(&Value::from(text));
        let flag = |flag: bool| repr(&Value::from(flag));
        write!(
            f,
            "PartitionConfig(field={}, data_type={}, granularity={}, range={}, \
             time_ingestion_partitioning={}, copy_partitions={})",
            text(&self.field),
            text(&self.data_type),
            text(&self.granularity),
            self.range.as_ref().map_or_else(|| "None".to_owned(), repr),
            flag(self.time_ingestion_partitioning),
            flag(self.copy_partitions),
        )
    }
}
