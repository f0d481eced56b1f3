//! Which type a value can be taken for, and the type that several values have in common
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_rules>).

use std::sync::Arc;

use super::types::{Field, Type};

/// What of a value is written as a literal: literals become what they stand beside.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Literal {
    /// It is computed.
    #[default]
    No,
    /// It is a literal, or an array of literals.
    Yes,
    /// A struct, whose fields are literals or not.
    Struct(Arc<[Literal]>),
}

impl Literal {
    /// Of a struct with these fields.
    pub fn of_fields(fields: Vec<Self>) -> Self {
        match fields.iter().all(|field| *field == Self::No) {
            true => Self::No,
            false => Self::Struct(fields.into()),
        }
    }

    fn field(&self, at: usize) -> &Self {
        match self {
            Self::No => &Self::No,
            Self::Yes => &Self::Yes,
            Self::Struct(fields) => fields.get(at).unwrap_or(&Self::No),
        }
    }

    /// Whether all of it is.
    pub fn is_whole(&self) -> bool {
        match self {
            Self::No => false,
            Self::Yes => true,
            Self::Struct(fields) => fields.iter().all(Self::is_whole),
        }
    }
}

/// Whether a value of a type can be taken for one of another, as a literal at least.
pub fn goes_for(from: &Type, to: &Type) -> bool {
    coercion(from, &Literal::Yes, to).is_some()
}

/// How far a type is from the one that it is taken for; 0: it is that one. Nothing where it cannot
/// be taken for it without a cast.
pub fn coercion(from: &Type, literal: &Literal, to: &Type) -> Option<u32> {
    match (from, to) {
        (Type::Unknown | Type::Null, _) | (_, Type::Unknown) => return Some(0),
        (Type::Int64, Type::Float64) | (Type::Date, Type::DateTime) => return Some(1),
        (Type::Int64, Type::Numeric) => return Some(1),
        (Type::Int64, Type::BigNumeric) => return Some(1),
        (Type::Numeric, Type::BigNumeric) => return Some(1),
        (Type::Numeric | Type::BigNumeric, Type::Float64) => return Some(2),
        (Type::Array(one), Type::Array(other)) => {
            return match **one == Type::Null || one.is_alike(other) {
                true => Some(0),
                false if *literal == Literal::No => None,
                false => coercion(one, literal, other),
            };
        }
        (Type::Struct(one), Type::Struct(other)) if one.len() == other.len() => {
            let mut most = 0;
            for (at, (one, other)) in one.iter().zip(other.iter()).enumerate() {
                most = most.max(coercion(&one.kind, literal.field(at), &other.kind)?);
            }
            return Some(most);
        }
        _ => {}
    }
    if from.is_alike(to) {
        return Some(0);
    }
    if *literal != Literal::Yes {
        return None;
    }
    match (from, to) {
        (Type::Float64, Type::Numeric | Type::BigNumeric) => Some(1),
        (Type::String, Type::Date | Type::DateTime | Type::Time | Type::Timestamp | Type::Part) => {
            Some(1)
        }
        _ => None,
    }
}

/// A value's type, and whether it is a literal.
pub type Candidate<'v> = (&'v Type, &'v Literal);

/// The type that values have in common: unknown where one of them is; none where there is no such
/// type.
pub fn supertype(values: &[Candidate<'_>]) -> Option<Type> {
    let typed = || values.iter().filter(|(kind, _)| **kind != Type::Null);
    if typed().any(|(kind, _)| **kind == Type::Unknown) {
        return Some(Type::Unknown);
    }
    let first = typed().find_map(|(kind, _)| kind.fields().filter(|fields| has_names(fields)));
    let decided = decided(values)?;
    Some(match (&decided, first) {
        // Names of fields are those of the first struct that has some.
        (Type::Struct(fields), Some(first)) if fields.len() == first.len() => {
            let pairs = first.iter().zip(fields.iter());
            Type::structure(
                pairs.map(|(first, field)| (Arc::clone(&first.name), field.kind.clone())),
            )
        }
        _ => decided,
    })
}

fn has_names(fields: &[Field]) -> bool {
    fields.iter().any(|field| !field.name.is_empty())
}

/// What is computed decides; literals become that, if they can.
fn decided(values: &[Candidate<'_>]) -> Option<Type> {
    let typed = || values.iter().filter(|(kind, _)| **kind != Type::Null);
    let computed: Vec<&Candidate<'_>> =
        typed().filter(|(_, literal)| !literal.is_whole()).collect();
    if !computed.is_empty() && computed.len() < typed().count() {
        let common = common(computed.iter().copied())?;
        if typed().all(|(kind, literal)| coercion(kind, literal, &common).is_some()) {
            return Some(common);
        }
    }
    common(typed())
}

fn common<'v>(values: impl Iterator<Item = &'v Candidate<'v>>) -> Option<Type> {
    let mut found: Option<(Type, Literal)> = None;
    for (kind, literal) in values {
        found = Some(match found {
            None => ((*kind).clone(), (*literal).clone()),
            Some((known, known_literal)) => {
                let kind = common_of_two((&known, &known_literal), (kind, literal))?;
                let literal = match known_literal == **literal {
                    true => known_literal,
                    false => Literal::No,
                };
                (kind, literal)
            }
        });
    }
    Some(found.map_or(Type::Null, |(kind, _)| kind))
}

fn common_of_two(one: Candidate<'_>, other: Candidate<'_>) -> Option<Type> {
    match (one.0, other.0) {
        (Type::Struct(left), Type::Struct(right)) if left.len() == right.len() => {
            let fields = left.iter().zip(right.iter()).enumerate();
            let fields: Option<Vec<Field>> = fields
                .map(|(at, (left, right))| {
                    let left_kind = (&left.kind, one.1.field(at));
                    let kind = supertype(&[left_kind, (&right.kind, other.1.field(at))])?;
                    Some(Field { name: Arc::clone(&left.name), kind })
                })
                .collect();
            return Some(Type::Struct(fields?.into()));
        }
        (Type::Array(left), Type::Array(right))
            if *one.1 != Literal::No && *other.1 != Literal::No =>
        {
            return Some(supertype(&[(left, one.1), (right, other.1)])?.array());
        }
        _ => {}
    }
    // A literal yields to what is computed, and otherwise the narrower type to the wider.
    if one.1.is_whole() && !other.1.is_whole() && coercion(one.0, one.1, other.0).is_some() {
        return Some(other.0.clone());
    }
    if coercion(other.0, other.1, one.0).is_some()
        && coercion(one.0, &Literal::No, other.0).is_none_or(|far| far == 0)
    {
        return Some(one.0.clone());
    }
    coercion(one.0, one.1, other.0).is_some().then(|| other.0.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[(&str, bool)]) -> String {
        let values: Vec<(Type, Literal)> = values
            .iter()
            .map(|(text, literal)| {
                let kind = if *text == "NULL" { Type::Null } else { Type::parse(text) };
                (kind, if *literal { Literal::Yes } else { Literal::No })
            })
            .collect();
        let values: Vec<Candidate<'_>> =
            values.iter().map(|(kind, literal)| (kind, literal)).collect();
        supertype(&values).map_or("nothing".to_owned(), |kind| kind.to_string())
    }

    /// What Google's analyzer says of the same.
    #[test]
    fn values_have_a_type_in_common() {
        assert_eq!(of(&[("DATE", false), ("DATETIME", false)]), "DATETIME");
        assert_eq!(of(&[("NUMERIC", false), ("FLOAT64", true)]), "NUMERIC");
        assert_eq!(of(&[("INT64", false), ("FLOAT64", true)]), "FLOAT64");
        assert_eq!(of(&[("FLOAT64", false), ("NUMERIC", false)]), "FLOAT64");
        assert_eq!(of(&[("DATE", false), ("TIMESTAMP", false)]), "nothing");
        assert_eq!(of(&[("DATE", false), ("STRING", true)]), "DATE");
        assert_eq!(of(&[("STRING", true), ("DATE", false)]), "DATE");
        assert_eq!(of(&[("STRING", false), ("INT64", true)]), "nothing");
        assert_eq!(of(&[("INT64", true), ("NULL", true), ("FLOAT64", true)]), "FLOAT64");
        assert_eq!(of(&[("ARRAY<INT64>", false), ("ARRAY<FLOAT64>", false)]), "nothing");
        assert_eq!(of(&[("ARRAY<INT64>", true), ("ARRAY<FLOAT64>", true)]), "ARRAY<FLOAT64>");
        assert_eq!(
            of(&[("STRUCT<a INT64>", false), ("STRUCT<b FLOAT64>", false)]),
            "STRUCT<a FLOAT64>"
        );
        assert_eq!(of(&[("NULL", true)]), "NULL");
    }
}
