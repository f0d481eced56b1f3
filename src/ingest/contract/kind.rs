//! What a typed column holds while it may still change.

use indexmap::IndexMap;

use crate::sql::Type;

/// The fields of a record, by the lower-case names of their columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Fields(IndexMap<String, Field>);

/// A column, or a field of a STRUCT.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    /// The name as the table has it.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Who says so.
    pub origin: Origin,
    /// Whether NULL is refused.
    pub required: bool,
}

/// Where a field's type comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The properties file: data does not change it.
    Declared,
    /// The table: it may be widened.
    Table,
    /// The records of this load.
    Load,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// Nothing so far but NULL.
    Unknown,
    /// One value.
    Scalar(Type),
    /// Values in order.
    List(Box<Kind>),
    /// Fields.
    Record(Fields),
}

impl Fields {
    /// The place of the field whose column has this name.
    pub fn index(&self, name: &str) -> Option<usize> {
        match name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => self.0.get_index_of(&name.to_ascii_lowercase()),
            false => self.0.get_index_of(name),
        }
    }

    /// The field at a place.
    pub fn at_mut(&mut self, at: usize) -> Option<&mut Field> {
        self.0.get_index_mut(at).map(|(_, field)| field)
    }

    /// Adds a field, whose place it gives.
    pub fn add(&mut self, field: Field) -> usize {
        self.0.insert_full(field.name.to_ascii_lowercase(), field).0
    }

    /// The field whose column has this name.
    pub fn get(&self, name: &str) -> Option<&Field> {
        self.0.get(&name.to_ascii_lowercase())
    }

    /// Adds a field behind the others, or puts it in the place of one of its name.
    pub fn set(&mut self, field: Field) {
        self.0.insert(field.name.to_ascii_lowercase(), field);
    }

    /// The field of a name, which is added where there is none.
    pub fn or_insert(&mut self, field: Field) -> &mut Field {
        self.0.entry(field.name.to_ascii_lowercase()).or_insert(field)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Field> {
        self.0.values()
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Field> {
        self.0.values_mut()
    }

    /// How many there are, fields of fields counted too.
    pub fn count(&self) -> usize {
        self.iter().map(|field| 1 + field.kind.count()).sum()
    }
}

impl Kind {
    /// What a type holds; its fields are said by `origin`.
    pub fn of(kind: &Type, origin: Origin) -> Self {
        match kind {
            Type::Array(element) => Self::List(Box::new(Self::of(element, origin))),
            Type::Struct(members) => {
                let mut fields = Fields::default();
                for (name, kind) in members {
                    let (name, kind) = (name.clone(), Self::of(kind, origin));
                    fields.set(Field { name, kind, origin, required: false });
                }
                Self::Record(fields)
            }
            scalar => Self::Scalar(scalar.clone()),
        }
    }

    /// The type; none where nothing is known of it.
    pub fn data_type(&self) -> Option<Type> {
        match self {
            Self::Unknown => None,
            Self::Scalar(kind) => Some(kind.clone()),
            Self::List(element) => Some(Type::Array(Box::new(element.data_type()?))),
            Self::Record(fields) => {
                let known = fields.iter().filter_map(|field| {
                    field.kind.data_type().map(|kind| (field.name.clone(), kind))
                });
                let known: Vec<_> = known.collect();
                (!known.is_empty()).then_some(Type::Struct(known))
            }
        }
    }

    /// The word for it in a column's name.
    pub fn word(&self) -> String {
        match self {
            Self::Unknown => "null".to_owned(),
            Self::Scalar(kind) => kind.google().to_ascii_lowercase(),
            Self::List(_) | Self::Record(_) => "json".to_owned(),
        }
    }

    fn count(&self) -> usize {
        match self {
            Self::Unknown | Self::Scalar(_) => 0,
            Self::List(element) => element.count(),
            Self::Record(fields) => fields.count(),
        }
    }
}
