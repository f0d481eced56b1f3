//! A table's typed columns: those declared, those the table has, those that records bring.

use super::{
    column_name::column_name,
    infer::widening,
    kind::{Field, Fields, Kind, Origin},
    mode::Contract,
};
use crate::{ingest::BRONZE_COLUMNS, sql::Type};

/// A column of the properties file, with a type.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclaredColumn {
    /// Its name.
    pub name: String,
    /// Its type.
    pub data_type: Type,
    /// Whether it is declared `not_null`.
    pub required: bool,
}

/// A column of the table. Types that feeds do not fill are [`Type::Unknown`].
#[derive(Clone, Debug, PartialEq)]
pub struct TableColumn {
    /// Its name.
    pub name: String,
    /// Its type.
    pub data_type: Type,
    /// Whether it refuses NULL.
    pub required: bool,
}

/// A table's typed columns and what may become of them.
#[derive(Clone, Debug)]
pub struct Schema {
    pub(super) contract: Contract,
    pub(super) fields: Fields,
}

impl Schema {
    /// The schema before a load. Where nothing is declared and there is no table yet, the first load
    /// says what the columns are, whatever the contract.
    ///
    /// # Errors
    /// A sentence: the table has a column of a type that does not become the declared one.
    pub fn new(
        contract: Contract,
        declared: &[DeclaredColumn],
        table: Option<&[TableColumn]>,
    ) -> Result<Self, String> {
        let is_typed = |name: &str| {
            BRONZE_COLUMNS.iter().all(|(common, _)| !common.eq_ignore_ascii_case(name))
        };
        let mut fields = Fields::default();
        let known = table.unwrap_or_default().iter();
        for column in known.filter(|column| is_typed(&column.name)) {
            fields.set(Field {
                name: column.name.clone(),
                kind: Kind::of(&column.data_type, Origin::Table),
                origin: Origin::Table,
                required: column.required,
            });
        }
        for column in declared.iter().filter(|column| is_typed(&column.name)) {
            let mut field = Field {
                name: column_name(&column.name, true).into_owned(),
                kind: Kind::of(&column.data_type, Origin::Declared),
                origin: Origin::Declared,
                required: column.required,
            };
            if let Some(found) = fields.get(&field.name) {
                field.name.clone_from(&found.name);
                field.kind = merged(&field.kind, &found.kind).ok_or_else(|| {
                    let was = found.kind.data_type().map(|kind| kind.google()).unwrap_or_default();
                    let wanted = column.data_type.google();
                    let name = &field.name;
                    format!(
                        "the column `{name}` of the table is {was}, which does not become {wanted} as \
                         declared: declare {was}, or let it be filled anew under another name"
                    )
                })?;
            }
            fields.set(field);
        }
        let contract = match declared.is_empty() && table.is_none() {
            true => Contract::of(super::Mode::Evolve),
            false => contract,
        };
        Ok(Self { contract, fields })
    }

    /// The typed columns of the table as it will be, in order; fields of which nothing is known but
    /// NULL have none.
    pub fn columns(&self) -> Vec<(String, Type)> {
        let column = |field: &Field| Some((field.name.clone(), field.kind.data_type()?));
        // Columns of types that feeds do not fill stay NULL.
        self.fields.iter().filter_map(column).filter(|(_, kind)| kind.is_known()).collect()
    }

    /// The typed columns of a table that is made as the schema is now.
    pub fn as_table(&self) -> Vec<TableColumn> {
        let column = |(name, data_type): (String, Type)| {
            let required = self.fields.get(&name).is_some_and(|field| field.required);
            TableColumn { name, data_type, required }
        };
        self.columns().into_iter().map(column).collect()
    }
}

/// The declared kind with the fields that only the table has; none where the table's does not become
/// the declared one.
fn merged(declared: &Kind, table: &Kind) -> Option<Kind> {
    match (declared, table) {
        (Kind::Scalar(wanted), Kind::Scalar(found)) => {
            (widening(found, wanted)? == *wanted).then(|| declared.clone())
        }
        (Kind::List(wanted), Kind::List(found)) => {
            Some(Kind::List(Box::new(merged(wanted, found)?)))
        }
        (Kind::Record(wanted), Kind::Record(found)) => {
            let mut all = Fields::default();
            for field in found.iter() {
                let mut field = field.clone();
                if let Some(wanted) = wanted.get(&field.name) {
                    field.kind = merged(&wanted.kind, &field.kind)?;
                    field.origin = Origin::Declared;
                }
                all.set(field);
            }
            for field in wanted.iter() {
                let _ = all.or_insert(field.clone());
            }
            Some(Kind::Record(all))
        }
        _ => None,
    }
}
