//! What a value's type is, as far as the value says, and the type of several values.
//!
//! Joining is the same in whatever order values come, so that a schema does not depend on the order of
//! records.

use super::{
    column_name::column_name,
    kind::{Field, Fields, Kind, Origin},
    tree::Node,
};
use crate::sql::Type;

/// Records within records at most that become STRUCTs; what is deeper is JSON
/// (<https://cloud.google.com/bigquery/docs/nested-repeated#limitations>).
pub(super) const MAX_NESTING: usize = 15;
/// Digits before the point that NUMERIC holds.
const NUMERIC_DIGITS: usize = 29;

/// What a value says of its field. Texts are texts: what looks like a time may be one by chance, and is
/// declared where it is one.
pub(super) fn infer(node: &Node<'_>, depth: usize) -> Kind {
    match node {
        Node::Null => Kind::Unknown,
        Node::Bool(_) => Kind::Scalar(Type::Bool),
        Node::Number(text) => Kind::Scalar(number(text)),
        Node::Text(_) => Kind::Scalar(Type::String),
        Node::List(elements) => {
            // BigQuery's arrays hold neither NULL nor arrays.
            if elements.iter().any(|element| matches!(element, Node::Null | Node::List(..))) {
                return Kind::Scalar(Type::Json);
            }
            let kinds = elements.iter().map(|element| infer(element, depth));
            Kind::List(Box::new(kinds.fold(Kind::Unknown, join)))
        }
        Node::Object(..) if depth >= MAX_NESTING => Kind::Scalar(Type::Json),
        Node::Object(members) => {
            let mut fields = Fields::default();
            for (key, value) in members {
                // Names that are no columns' names, and names that one column would hold both of: only
                // JSON keeps them.
                if column_name(key, false) != *key || fields.get(key).is_some() {
                    return Kind::Scalar(Type::Json);
                }
                let mut field = new_field(key.clone().into_owned());
                field.kind = infer(value, depth + 1);
                fields.set(field);
            }
            Kind::Record(fields)
        }
    }
}

/// Whether records fill columns of a type.
pub fn fillable(kind: &Type) -> bool {
    match kind {
        Type::Unknown | Type::Null | Type::Bytes | Type::Interval => false,
        Type::Array(element) => !matches!(**element, Type::Array(_)) && fillable(element),
        Type::Struct(fields) => fields.iter().all(|(_, kind)| fillable(kind)),
        _ => true,
    }
}

/// A field of which nothing is known but that it came in this load.
pub(super) fn new_field(name: String) -> Field {
    Field { name, kind: Kind::Unknown, origin: Origin::Load, required: false }
}

fn number(text: &str) -> Type {
    if text.contains(['.', 'e', 'E']) {
        return Type::Float64;
    }
    if text.parse::<i64>().is_ok() {
        return Type::Int64;
    }
    match text.trim_start_matches('-').len() <= NUMERIC_DIGITS {
        true => Type::Numeric,
        false => Type::Float64,
    }
}

/// The kind that holds what either holds.
pub(super) fn join(one: Kind, other: Kind) -> Kind {
    match (one, other) {
        (Kind::Unknown, kind) | (kind, Kind::Unknown) => kind,
        (Kind::Scalar(one), Kind::Scalar(other)) => match widening(&one, &other) {
            Some(wider) => Kind::Scalar(wider),
            None => Kind::Scalar(Type::Json),
        },
        (Kind::List(one), Kind::List(other)) => Kind::List(Box::new(join(*one, *other))),
        (Kind::Record(mut one), Kind::Record(other)) => {
            for field in other.iter() {
                let found = one.or_insert(new_field(field.name.clone()));
                // The values are written as they came: a field has one spelling.
                if found.name != field.name {
                    return Kind::Scalar(Type::Json);
                }
                let before = std::mem::replace(&mut found.kind, Kind::Unknown);
                found.kind = join(before, field.kind.clone());
            }
            Kind::Record(one)
        }
        _ => Kind::Scalar(Type::Json),
    }
}

/// The one of two types that holds the values of both, where BigQuery changes a column's type to it
/// (<https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language#alter_column_set_data_type_statement>:
/// what coerces: INT64 to NUMERIC, BIGNUMERIC and FLOAT64, NUMERIC to BIGNUMERIC and FLOAT64, BIGNUMERIC
/// to FLOAT64, DATE to DATETIME).
pub(super) fn widening(one: &Type, other: &Type) -> Option<Type> {
    if one == other {
        return Some(one.clone());
    }
    if one.is_number() && other.is_number() {
        return Some(one.common(other));
    }
    match (one, other) {
        (Type::Date, Type::DateTime) | (Type::DateTime, Type::Date) => Some(Type::DateTime),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Kind {
        infer(&Node::parse(text).expect("JSON"), 0)
    }

    fn type_of(text: &str) -> String {
        of(text).data_type().map_or("nothing".to_owned(), |kind| kind.google())
    }

    #[test]
    fn values_say_their_types() {
        for (text, kind) in [
            ("1", "INT64"),
            ("-9223372036854775808", "INT64"),
            ("9223372036854775808", "NUMERIC"),
            ("123456789012345678901234567890", "FLOAT64"),
            ("1.0", "FLOAT64"),
            ("\"2024-01-01\"", "STRING"),
            ("null", "nothing"),
            ("{}", "nothing"),
            ("[]", "nothing"),
            ("[1, 2.5]", "ARRAY<FLOAT64>"),
            ("[1, \"a\"]", "ARRAY<JSON>"),
            ("[1, null]", "JSON"),
            ("[[1]]", "JSON"),
            (
                "{\"a\": {\"b\": [{\"c\": 1}, {\"d\": true}]}}",
                "STRUCT<a STRUCT<b ARRAY<STRUCT<c INT64, d BOOL>>>>",
            ),
            ("{\"a\": 1, \"A\": 2}", "JSON"),
        ] {
            assert_eq!(type_of(text), kind, "{text}");
        }
        let deep = format!("{}1{}", "{\"a\":".repeat(20), "}".repeat(20));
        assert!(type_of(&deep).contains("a JSON"), "{}", type_of(&deep));
    }

    fn value() -> impl proptest::strategy::Strategy<Value = String> {
        use proptest::prelude::*;
        let leaf = prop_oneof![
            Just("null".to_owned()),
            Just("true".to_owned()),
            Just("1".to_owned()),
            Just("99999999999999999999".to_owned()),
            Just("1.5".to_owned()),
            Just("\"x\"".to_owned()),
        ];
        leaf.prop_recursive(3, 16, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3)
                    .prop_map(|items| format!("[{}]", items.join(","))),
                prop::collection::btree_map("[abA]", inner, 0..3).prop_map(|members| {
                    let members: Vec<String> =
                        members.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
                    format!("{{{}}}", members.join(","))
                }),
            ]
        })
    }

    /// The same, whatever the order of fields.
    fn sorted(kind: &Kind) -> String {
        match kind {
            Kind::Record(fields) => {
                let mut all: Vec<String> = fields
                    .iter()
                    .map(|field| {
                        format!("{}:{}", field.name.to_ascii_lowercase(), sorted(&field.kind))
                    })
                    .collect();
                all.sort();
                format!("{{{}}}", all.join(","))
            }
            Kind::List(element) => format!("[{}]", sorted(element)),
            other => format!("{other:?}"),
        }
    }

    proptest::proptest! {
        /// A schema does not depend on the order of records.
        #[test]
        fn joining_has_no_order(a in value(), b in value(), c in value()) {
            let (a, b, c) = (of(&a), of(&b), of(&c));
            let left = join(join(a.clone(), b.clone()), c.clone());
            let right = join(a.clone(), join(c, b.clone()));
            proptest::prop_assert_eq!(sorted(&left), sorted(&right));
            proptest::prop_assert_eq!(sorted(&join(a.clone(), a.clone())), sorted(&a));
        }
    }
}
