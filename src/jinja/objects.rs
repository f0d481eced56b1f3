//! Relations as templates see them
//! (<https://docs.getdbt.com/reference/dbt-classes#relation>).

use std::{cmp::Ordering, sync::Arc};

use minijinja::{
    Error, ErrorKind, State, Value,
    value::{DynObject, Object, ObjectRepr},
};

use super::{
    Referred,
    arguments::Arguments,
    relation_parts::{Parts, PartsObject},
};
pub use super::{columns::ColumnObject, query_table::TableObject};
use crate::relation::{Dialect, Quoting, Relation, RelationKind};

/// A relation: prints as SQL, its parts are attributes.
#[derive(Clone, Debug)]
pub struct RelationObject {
    referred: Referred,
    /// Which of the database, the schema and the identifier are written.
    include: Parts<bool>,
    /// Of an information schema: the view that follows, if any.
    information_schema: Option<Option<String>>,
}

/// The relation inside a template value.
pub fn relation_of(value: &Value) -> Option<Relation> {
    let object = value.downcast_object_ref::<RelationObject>()?;
    Some(object.referred.relation.clone())
}

/// A relation as a template value.
pub fn relation_value(relation: Relation) -> Value {
    referred_value(relation.into())
}

/// A relation as a template value, with how it is read where it is printed.
pub fn referred_value(referred: Referred) -> Value {
    Value::from_object(RelationObject {
        referred,
        include: Parts([true; 3]),
        information_schema: None,
    })
}

/// How Python writes a relation inside of a list; none of what is no relation.
pub fn relation_repr(value: &Value) -> Option<String> {
    let object = value.downcast_object_ref::<RelationObject>()?;
    Some(format!("<{} {}>", object.class(), object.rendered()))
}

/// The kind that dbt's name of it means.
pub fn kind_of(name: &str) -> Option<RelationKind> {
    match name {
        "table" => Some(RelationKind::Table),
        "view" => Some(RelationKind::View),
        "materialized_view" => Some(RelationKind::MaterializedView),
        "external" => Some(RelationKind::External),
        "cte" => Some(RelationKind::Cte),
        _ => None,
    }
}

fn some_text(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

impl RelationObject {
    fn relation(&self) -> &Relation {
        &self.referred.relation
    }

    fn class(&self) -> &'static str {
        match self.relation().dialect {
            Dialect::GoogleSql => "BigQueryRelation",
            Dialect::DuckDb => "DuckDBRelation",
        }
    }

    /// Database, schema and identifier; an inlined model has only the last.
    fn path(&self) -> Parts<Option<String>> {
        let relation = self.relation();
        let place = relation.kind != Some(RelationKind::Cte);
        Parts([
            relation.database.clone().filter(|_| place),
            some_text(&relation.schema).filter(|_| place),
            some_text(&relation.identifier),
        ])
    }

    fn quoting(&self) -> Parts<bool> {
        let relation = self.relation();
        let Quoting { database, schema, identifier } = relation.quoting;
        Parts([database, schema, identifier && relation.kind != Some(RelationKind::Cte)])
    }

    /// The name as SQL has it, whatever is read of it.
    fn rendered(&self) -> String {
        let (path, quoting) = (self.path(), self.quoting());
        let mut parts = Vec::new();
        for (at, part) in path.0.into_iter().enumerate() {
            let Some(part) = part.filter(|_| self.include.0[at]) else { continue };
            parts.push(match quoting.0[at] {
                true => self.relation().dialect.quote(&part),
                false => part,
            });
        }
        parts.extend(self.information_schema.clone().flatten());
        parts.join(".")
    }

    /// The information schema that tells of this relation: BigQuery's of the dataset for most views,
    /// else of the database.
    fn information_schema(&self, view: Option<String>) -> Result<Self, Error> {
        let is_bigquery = self.relation().dialect == Dialect::GoogleSql;
        let mut object = self.clone();
        let name = view.as_deref();
        let of_database = matches!(name, None | Some("SCHEMATA" | "SCHEMATA_OPTIONS"));
        if is_bigquery && matches!(name, Some("OBJECT_PRIVILEGES" | "TABLE_STORAGE")) {
            return Err(Error::new(
                ErrorKind::InvalidOperation,
                format!(
                    "`{}` belongs to a region: write its name in full",
                    name.unwrap_or_default()
                ),
            ));
        }
        object.include = Parts([
            self.relation().database.is_some(),
            is_bigquery && !of_database,
            !(is_bigquery && name == Some("__TABLES__")),
        ]);
        let relation = &mut object.referred.relation;
        if !is_bigquery {
            relation.schema = String::new();
        }
        relation.identifier = "INFORMATION_SCHEMA".to_owned();
        relation.kind = Some(RelationKind::View);
        relation.quoting.identifier = false;
        object.information_schema = Some(view);
        Ok(object)
    }

    /// Takes over what `incorporate`, `replace` and `create` are given.
    fn change(&mut self, given: &Arguments<'_>) -> Result<(), Error> {
        if let Some(path) = given.value(usize::MAX, "path")? {
            let names = super::dict::entries(&path).map_err(|_| given.wrong("`path` is a dict"))?;
            for (name, value) in names {
                self.set_part(name.as_str().unwrap_or_default(), &value);
            }
        }
        if let Some(kind) = given.value(usize::MAX, "type")? {
            self.referred.relation.kind = kind_argument(&kind)?;
        }
        for (name, is_quote) in [("quote_policy", true), ("include_policy", false)] {
            let Some(policy) = given.value(usize::MAX, name)? else { continue };
            let mut parts = if is_quote { self.quoting() } else { self.include };
            for (part, value) in super::dict::entries(&policy)? {
                parts.set(part.as_str().unwrap_or_default(), value.is_true());
            }
            match is_quote {
                true => self.set_quoting(parts),
                false => self.include = parts,
            }
        }
        Ok(())
    }

    fn set_quoting(&mut self, parts: Parts<bool>) {
        let [database, schema, identifier] = parts.0;
        self.referred.relation.quoting = Quoting { database, schema, identifier };
    }

    fn set_part(&mut self, name: &str, value: &Value) {
        let relation = &mut self.referred.relation;
        let text = Some(value.to_string()).filter(|_| !value.is_none() && !value.is_undefined());
        match name {
            "database" => relation.database = text,
            "schema" => relation.schema = text.unwrap_or_default(),
            "identifier" => relation.identifier = text.unwrap_or_default(),
            _ => {}
        }
    }

    /// `include` and `quote`: the parts that are given as true or false.
    fn flags(given: &Arguments<'_>, mut parts: Parts<bool>) -> Result<Parts<bool>, Error> {
        for (at, name) in Parts::<bool>::NAMES.into_iter().enumerate() {
            if let Some(flag) = given.value(at, name)?.filter(|flag| !flag.is_none()) {
                parts.set(name, flag.is_true());
            }
        }
        given.finish(3)?;
        Ok(parts)
    }

    fn matches(&self, given: &Arguments<'_>) -> Result<bool, Error> {
        let own = self.path();
        let mut asked = false;
        for (at, name) in Parts::<bool>::NAMES.into_iter().enumerate() {
            let Some(wanted) = given.get::<String>(at, name)? else { continue };
            asked = true;
            if own.0[at].as_deref() != Some(wanted.as_str()) {
                return Ok(false);
            }
        }
        given.finish(3)?;
        match asked {
            true => Ok(true),
            false => Err(given.wrong("needs a database, a schema or an identifier")),
        }
    }
}

/// The kind that `type=` names; none where it is `none`.
fn kind_argument(value: &Value) -> Result<Option<RelationKind>, Error> {
    if value.is_none() {
        return Ok(None);
    }
    let name = value.to_string();
    match kind_of(&name) {
        Some(kind) => Ok(Some(kind)),
        None => Err(Error::new(
            ErrorKind::InvalidOperation,
            format!(
                "no type of relation is named `{name}`: it is one of `table`, `view`, \
                 `materialized_view`, `external`, `cte`"
            ),
        )),
    }
}

impl Object for RelationObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let relation = self.relation();
        let is = |kind| Some(Value::from(relation.kind == Some(kind)));
        let is_bigquery = relation.dialect == Dialect::GoogleSql;
        let part = |at: usize| Some(Value::from(self.path().0[at].clone()));
        match key.as_str()? {
            "database" => part(0),
            "schema" => part(1),
            "identifier" | "name" | "table" => part(2),
            "project" if is_bigquery => part(0),
            "dataset" if is_bigquery => part(1),
            "type" => Some(Value::from(relation.kind.map(RelationKind::as_str))),
            "is_table" => is(RelationKind::Table),
            "is_view" => is(RelationKind::View),
            "is_materialized_view" => is(RelationKind::MaterializedView),
            "is_cte" => is(RelationKind::Cte),
            "is_pointer" | "is_function" | "dbt_created" => Some(Value::from(false)),
            "quote_character" => Some(Value::from(if is_bigquery { "`" } else { "\"" })),
            "path" => Some(Value::from_object(PartsObject::path(self.path()))),
            "quote_policy" => Some(Value::from_object(PartsObject::policy(self.quoting()))),
            "include_policy" => Some(Value::from_object(PartsObject::policy(self.include))),
            "can_be_renamed" => {
                Some(Value::from(is_bigquery && relation.kind == Some(RelationKind::Table)))
            }
            "can_be_replaced" => Some(Value::from(
                is_bigquery
                    && matches!(relation.kind, Some(RelationKind::Table | RelationKind::View)),
            )),
            "limit" | "event_time_filter" | "catalog" => Some(Value::from(())),
            "location" if is_bigquery => Some(Value::from(())),
            "external" if !is_bigquery => Some(Value::from(())),
            _ => None,
        }
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let mut object = RelationObject::clone(self);
        match method {
            "render" => return Ok(Value::from(self.rendered())),
            "get" => {
                let given = Arguments::new("get", args)?;
                let key = given.value(0, "key")?.unwrap_or_default();
                let default = given.value(1, "default")?.unwrap_or_else(|| Value::from(()));
                // What packages ask to tell a relation from other values.
                if key.as_str() == Some("metadata") {
                    let class = (Value::from("type"), Value::from(self.class()));
                    return Ok(super::dict::Dict::value([class]));
                }
                let found = self.get_value(&key).filter(|value| !value.is_undefined());
                return Ok(found.unwrap_or(default));
            }
            "quoted" => {
                let given = Arguments::new("quoted", args)?;
                let name = given.value(0, "identifier")?.unwrap_or_default();
                return Ok(Value::from(self.relation().dialect.quote(&name.to_string())));
            }
            "matches" => {
                return self.matches(&Arguments::new("matches", args)?).map(Value::from);
            }
            "information_schema" | "information_schema_only" => {
                let given = Arguments::new("information_schema", args)?;
                let view = given.value(0, "view_name")?;
                let view = view.filter(|view| !view.is_none() && !view.is_undefined());
                let view =
                    view.map(|view| view.to_string()).filter(|_| method == "information_schema");
                object = self.information_schema(view)?;
            }
            "without_identifier" => {
                object.include.0[2] = false;
                object.referred.relation.identifier = String::new();
            }
            "include" => {
                let given = Arguments::new("include", args)?;
                object.include = Self::flags(&given, self.include)?;
            }
            "quote" => {
                let given = Arguments::new("quote", args)?;
                object.set_quoting(Self::flags(&given, self.quoting())?);
            }
            "replace_path" => {
                let given = Arguments::new("replace_path", args)?;
                for name in Parts::<bool>::NAMES {
                    if let Some(value) = given.value(usize::MAX, name)? {
                        object.set_part(name, &value);
                    }
                }
                given.finish(0)?;
            }
            "incorporate" | "replace" => {
                let given = Arguments::new("incorporate", args)?;
                object.change(&given)?;
            }
            _ => return Err(Error::from(ErrorKind::UnknownMethod)),
        }
        Ok(Value::from_object(object))
    }

    /// Equal are relations of one name and one type, as in dbt.
    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast_ref::<Self>()?;
        let key = |object: &Self| {
            let relation = object.relation();
            let kind = relation.kind.map(RelationKind::as_str);
            (object.rendered(), object.path().0, object.include.0, object.quoting().0, kind)
        };
        Some(key(self).cmp(&key(other)))
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.referred.reading.around(self.rendered()))
    }
}

/// `api.Relation`.
#[derive(Debug)]
pub struct RelationClass {
    /// The dialect of the target.
    pub dialect: Dialect,
    /// The project's quoting.
    pub quoting: Quoting,
}

impl Object for RelationClass {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(Value::from(match key.as_str()? {
            "Table" => "table",
            "View" => "view",
            "CTE" => "cte",
            "External" => "external",
            "MaterializedView" => "materialized_view",
            "PointerTable" => "pointer_table",
            "Function" => "function",
            _ => return None,
        }))
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "create" => {
                let given = Arguments::new("api.Relation.create", args)?;
                let mut relation = Relation::new(self.dialect, None, "", "");
                relation.quoting = self.quoting;
                let mut object = RelationObject {
                    referred: relation.into(),
                    include: Parts([true; 3]),
                    information_schema: None,
                };
                for (at, name) in Parts::<bool>::NAMES.into_iter().enumerate() {
                    if let Some(value) = given.value(at, name)? {
                        object.set_part(name, &value);
                    }
                }
                if let Some(kind) = given.value(3, "type")? {
                    object.referred.relation.kind = kind_argument(&kind)?;
                }
                object.change(&given)?;
                Ok(Value::from_object(object))
            }
            "add_ephemeral_prefix" => {
                let given = Arguments::new("add_ephemeral_prefix", args)?;
                Ok(Value::from(format!("__dbt__cte__{}", given.text(0, "name")?)))
            }
            "scd_args" => {
                let given = Arguments::new("scd_args", args)?;
                let key = given.value(0, "primary_key")?.unwrap_or_default();
                let mut names: Vec<Value> = match key.as_str() {
                    Some(_) => vec![key],
                    None => key.try_iter()?.collect(),
                };
                names.extend(given.value(1, "updated_at")?);
                Ok(super::list::List::value(names))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}
