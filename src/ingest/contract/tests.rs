//! Contracts, record by record.

use super::{Breach, Contract, DeclaredColumn, Mode, Schema, TableColumn};
use crate::{
    plan::Step,
    relation::{Dialect, Relation},
    sql::Type,
};

fn kind(text: &str) -> Type {
    Type::parse(text).expect("a type")
}

fn table(columns: &[(&str, &str)]) -> Vec<TableColumn> {
    let column = |(name, data_type): &(&str, &str)| TableColumn {
        name: (*name).trim_end_matches('!').to_owned(),
        data_type: kind(data_type),
        required: name.ends_with('!'),
    };
    columns.iter().map(column).collect()
}

fn declared(columns: &[(&str, &str)]) -> Vec<DeclaredColumn> {
    let of =
        |TableColumn { name, data_type, required }| DeclaredColumn { name, data_type, required };
    table(columns).into_iter().map(of).collect()
}

fn schema(mode: Mode, columns: &[(&str, &str)]) -> Schema {
    Schema::new(Contract::of(mode), &[], Some(&table(columns))).expect("a schema")
}

fn shown(schema: &Schema) -> String {
    let columns = schema.columns();
    columns
        .iter()
        .map(|(name, kind)| format!("{name} {}", kind.google()))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The changes as `add a INT64; extend …`.
fn changes(schema: &Schema, columns: &[(&str, &str)]) -> String {
    let relation = Relation::new(Dialect::GoogleSql, None, "b", "t");
    let mut words = Vec::new();
    for step in schema.against(&relation, Some(&table(columns))).changes {
        match step {
            Step::AlterColumns { add, retype, extend, .. } => {
                for (what, columns) in [("add", add), ("extend", extend), ("retype", retype)] {
                    for column in columns {
                        words.push(format!("{what} {} {}", column.name, column.data_type));
                    }
                }
            }
            Step::AllowNull { column, .. } => words.push(format!("allow NULL in {column}")),
            _ => unreachable!("only columns change"),
        }
    }
    words.join("; ")
}

fn typed(schema: &mut Schema, record: &str) -> String {
    schema.conform(record).expect("it fits").typed
}

#[test]
fn a_new_table_gets_the_columns_of_the_first_load_whatever_the_contract() {
    for mode in Mode::ALL {
        let mut schema = Schema::new(Contract::of(mode), &[], None).expect("a schema");
        typed(&mut schema, r#"{"id": 1, "name": {"first": "a"}, "none": null, "tags": []}"#);
        typed(
            &mut schema,
            r#"{"id": 2.5, "name": {"last": "b"}, "tags": ["x"], "lines": [{"n": 1}]}"#,
        );
        assert_eq!(
            shown(&schema),
            "id FLOAT64, name STRUCT<first STRING, last STRING>, tags ARRAY<STRING>, lines ARRAY<STRUCT<n INT64>>"
        );
    }
}

#[test]
fn evolving_adds_columns_and_fields_and_widens_types() {
    let known = [
        ("_record_key", "STRING"),
        ("id", "INT64"),
        ("price", "INT64"),
        ("address", "STRUCT<city STRING>"),
        ("lines", "ARRAY<STRUCT<n INT64>>"),
        ("payload", "JSON"),
    ];
    let mut schema = schema(Mode::Evolve, &known);
    assert_eq!(typed(&mut schema, r#"{"id":1,"price":2}"#), r#"{"id":1,"price":2}"#);
    assert_eq!(changes(&schema, &known), "");
    typed(
        &mut schema,
        r#"{"id":12345678901234567890,"price":2.5,"address":{"zip":"x"},"lines":[{"n":1.5,"sku":"s"}],"new":true}"#,
    );
    assert_eq!(
        changes(&schema, &known),
        "add new BOOL; extend address STRUCT<city STRING, zip STRING>; \
         extend lines ARRAY<STRUCT<n INT64, sku STRING>>; retype id NUMERIC; retype price NUMERIC; \
         retype lines ARRAY<STRUCT<n NUMERIC, sku STRING>>"
    );
}

#[test]
fn a_value_that_no_widening_holds_gets_a_column_of_its_own() {
    let known = [("id", "INT64"), ("at", "TIMESTAMP"), ("s", "STRUCT<a BOOL>")];
    let mut schema = schema(Mode::Evolve, &known);
    assert_eq!(
        typed(&mut schema, r#"{"id":"one","at":{"t":1},"s":{"a":[2]}}"#),
        r#"{"id__v_string":"one","at__v_json":{"t":1},"s":{"a__v_json":[2]}}"#
    );
    assert_eq!(
        changes(&schema, &known),
        "add id__v_string STRING; add at__v_json JSON; extend s STRUCT<a BOOL, a__v_json JSON>"
    );
}

#[test]
fn what_is_declared_stays() {
    let known = [("id", "INT64"), ("total", "INT64")];
    let mut schema = Schema::new(
        Contract::of(Mode::Evolve),
        &declared(&[("id", "INT64"), ("total", "NUMERIC"), ("placed_at", "TIMESTAMP")]),
        Some(&table(&known)),
    )
    .expect("a schema");
    assert_eq!(
        typed(&mut schema, r#"{"id":1.5,"total":1.10,"placed_at":"2024-01-01"}"#),
        r#"{"id__v_float64":1.5,"total":"1.10","placed_at":"2024-01-01T00:00:00.000000Z"}"#
    );
    assert_eq!(
        changes(&schema, &known),
        "add placed_at TIMESTAMP; add id__v_float64 FLOAT64; retype total NUMERIC"
    );
    let clash = Schema::new(
        Contract::of(Mode::Evolve),
        &declared(&[("id", "INT64")]),
        Some(&table(&[("id", "STRING")])),
    );
    assert!(clash.is_err_and(|problem| problem.contains("does not become INT64")));
}

#[test]
fn frozen_discarded_values_and_discarded_rows() {
    let known = [("id", "INT64"), ("s", "STRUCT<a BOOL>")];
    for (record, class, told, kept) in [
        (r#"{"id":1,"new":2}"#, "unknown-column", "`$.new` has no column", r#"{"id":1}"#),
        (
            r#"{"id":1,"s":{"b":2}}"#,
            "unknown-column",
            "`$.s.b` has no column",
            r#"{"id":1,"s":{}}"#,
        ),
        (r#"{"id":"x"}"#, "wrong-type", "`$.id` is no INT64, but string", "{}"),
        (
            r#"{"id":1,"ID":2}"#,
            "ambiguous-column",
            "`$.ID` and another field are both the column `ID`",
            r#"{"id":1}"#,
        ),
    ] {
        let breach = |mode| schema(mode, &known).conform(record).expect_err("a breach");
        assert_eq!(breach(Mode::Freeze), Breach::Load(told.to_owned()));
        assert_eq!(breach(Mode::DiscardRow), Breach::Row { class, message: told.to_owned() });
        let conformed = schema(Mode::DiscardValue, &known).conform(record).expect("it lands");
        assert_eq!((conformed.typed.as_str(), conformed.discarded), (kept, 1));
        assert_eq!(changes(&schema(Mode::DiscardValue, &known), &known), "");
    }
    // NULL breaks nothing.
    assert!(schema(Mode::Freeze, &known).conform(r#"{"new":null}"#).is_ok());
}

#[test]
fn a_record_that_does_not_land_changes_nothing() {
    let contract = Contract { columns: Mode::Evolve, data_type: Mode::DiscardRow };
    let mut schema =
        Schema::new(contract, &[], Some(&table(&[("id", "INT64")]))).expect("a schema");
    assert!(schema.conform(r#"{"new":1,"id":"x"}"#).is_err());
    assert_eq!(changes(&schema, &[("id", "INT64")]), "");
}

#[test]
fn required_columns() {
    let columns = [("id!", "INT64"), ("name!", "STRING")];
    let mut evolving = schema(Mode::Evolve, &columns);
    typed(&mut evolving, r#"{"id":1}"#);
    assert_eq!(changes(&evolving, &columns), "allow NULL in name");
    let missing = "`name` has no value, and must have one".to_owned();
    let breach =
        |mode| schema(mode, &columns).conform(r#"{"id":1,"name":null}"#).expect_err("a breach");
    assert_eq!(breach(Mode::Freeze), Breach::Load(missing.clone()));
    for mode in [Mode::DiscardRow, Mode::DiscardValue] {
        assert_eq!(breach(mode), Breach::Row { class: "missing-value", message: missing.clone() });
    }
    // What is declared so is not for the data to change.
    let mut declared =
        Schema::new(Contract::of(Mode::Evolve), &declared(&columns), None).expect("a schema");
    assert!(declared.conform(r#"{"id":1}"#).is_err());
}

#[test]
fn keys_that_are_data_are_no_columns() {
    let mut schema = schema(Mode::Evolve, &[("id", "INT64")]);
    let keys: Vec<String> = (0..2_000).map(|key| format!("\"k{key}\":1")).collect();
    let breach = schema.conform(&format!("{{{}}}", keys.join(","))).expect_err("too many");
    assert!(matches!(breach, Breach::Row { class: "too-many-columns", .. }), "{breach:?}");
    assert_eq!(changes(&schema, &[("id", "INT64")]), "");
}

#[test]
fn what_another_load_did_to_the_table_stays() {
    let mut schema = schema(Mode::Evolve, &[("id", "INT64"), ("s", "STRUCT<a INT64>")]);
    typed(&mut schema, r#"{"id":1,"s":{"b":true}}"#);
    let since = [("id", "NUMERIC"), ("s", "STRUCT<a FLOAT64, c DATE>"), ("more", "DATE")];
    assert_eq!(changes(&schema, &since), "extend s STRUCT<a FLOAT64, c DATE, b BOOL>");
    let relation = Relation::new(Dialect::GoogleSql, None, "b", "t");
    let typed = schema.against(&relation, Some(&table(&since)));
    assert_eq!(typed.projections[0], "cast(json_value(_typed, '$.id') as numeric)");
}

fn record() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("false".to_owned()),
        (-3i64..3).prop_map(|number| number.to_string()),
        Just("99999999999999999999".to_owned()),
        Just("1.5".to_owned()),
        Just("\"x\"".to_owned()),
        Just("\"7\"".to_owned()),
    ];
    let value = leaf.prop_recursive(3, 12, 3, |inner| {
        let members = prop::collection::btree_map("[abA-]", inner.clone(), 0..3);
        prop_oneof![
            prop::collection::vec(inner, 0..3).prop_map(|items| format!("[{}]", items.join(","))),
            members.prop_map(object),
        ]
    });
    prop::collection::btree_map("[abcA-]", value, 0..4).prop_map(object)
}

fn object(members: std::collections::BTreeMap<String, String>) -> String {
    let members: Vec<String> =
        members.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

proptest::proptest! {
    /// Whatever comes: what is written is JSON, evolving only adds and widens, and what fitted once
    /// fits again without any change.
    #[test]
    fn any_record_is_written_or_refused(records in proptest::collection::vec(record(), 1..6)) {
        let known = [("a", "INT64"), ("b", "STRUCT<a STRING, b ARRAY<INT64>>"), ("c!", "STRING")];
        for mode in Mode::ALL {
            let mut schema = schema(mode, &known);
            for record in &records {
                let before = schema.columns();
                match schema.conform(record) {
                    Ok(conformed) => {
                        let read: Result<serde_json::Value, _> = serde_json::from_str(&conformed.typed);
                        proptest::prop_assert!(read.is_ok_and(|read| read.is_object()), "{}", conformed.typed);
                    }
                    Err(_) => proptest::prop_assert_eq!(&before, &schema.columns()),
                }
                if mode != Mode::Evolve {
                    proptest::prop_assert_eq!(&before, &schema.columns());
                }
                for (name, _) in &before {
                    proptest::prop_assert!(schema.columns().iter().any(|(now, _)| now == name));
                }
            }
            let evolved = schema.columns();
            for record in &records {
                let _ = schema.conform(record);
            }
            proptest::prop_assert_eq!(evolved, schema.columns());
        }
    }
}
