//! `column_types` of seeds: what values become, and what does not fit.

use crate::{elt, project, write};

/// What a value becomes as a column of a type, or what is said of it.
fn loaded(cases: &[(&str, &str, &str)]) {
    let folder = project(&[]);
    for (value, data_type, expected) in cases {
        write(folder.path(), "seeds/s.csv", &format!("other,c\n1,{value}\n"));
        let properties =
            format!("seeds:\n  - name: s\n    config: {{column_types: {{c: '{data_type}'}}}}\n");
        write(folder.path(), "seeds/s.yml", &properties);
        let said = elt(folder.path(), &["seed"]);
        let found = match said.code {
            Some(0) => {
                let text = match *data_type {
                    "json" => "to_json_string(c)",
                    "bytes" => "to_hex(c)",
                    _ => "format('%t', c)",
                };
                let sql = &format!("select {text} as c from shop.s");
                elt(folder.path(), &["sql", sql, "--output", "csv"]).out.replace("c\n", "")
            }
            _ => {
                assert!(said.err.contains("seeds/s.csv:2:3"), "{value} {data_type}: {}", said.err);
                let start = said.err.find("error[").unwrap_or_default();
                said.err[start..].lines().next().unwrap_or_default().to_owned()
            }
        };
        assert_eq!(found.trim(), *expected, "{value} as {data_type}");
    }
}

/// Texts become values as BigQuery reads them: nothing is rounded or cut to fit.
#[test]
fn texts_become_values_of_their_type_or_are_refused() {
    loaded(&[
        (" 5 ", "int64", "5"),
        ("1.5", "int64", "error[invalid-seed]: `1.5` in column `c` is not of type INT64"),
        ("1e3", "int64", "error[invalid-seed]: `1e3` in column `c` is not of type INT64"),
        ("1e3", "float64", "1000.0"),
        ("yes", "bool", "true"),
        ("ab", "string(2)", "ab"),
        ("abc", "string(2)", "error[invalid-seed]: `abc` in column `c` is not of type STRING(2)"),
        ("123.456", "numeric(5,2)", "123.46"),
        (
            "1234",
            "numeric(5,2)",
            "error[invalid-seed]: `1234` in column `c` is not of type NUMERIC(5,2)",
        ),
        (
            "2024-02-30",
            "date",
            "error[invalid-seed]: `2024-02-30` in column `c` is not of type DATE",
        ),
        ("2024-01-01 00:00:00+02", "timestamp", "2023-12-31 22:00:00+00"),
        (
            "2024-01-01 00:00:00+02",
            "datetime",
            "error[invalid-seed]: `2024-01-01 00:00:00+02` in column `c` is not of type DATETIME",
        ),
        ("\"{\"\"a\"\": 1}\"", "json", "\"{\"\"a\"\":1}\""),
        ("{a", "json", "error[invalid-seed]: `{a` in column `c` is not of type JSON"),
        ("aGk=", "bytes", "6869"),
        ("a", "bytes", "error[invalid-seed]: `a` in column `c` is not of type BYTES"),
    ]);
}

#[test]
fn types_of_columns_that_no_file_has_are_told() {
    let folder = project(&[
        ("seeds/people.csv", "id,\"first\nname\",born\n1,ada,1815-12-10\n"),
        ("seeds/places.csv", "\u{feff}id;town\n1;London\n"),
        (
            "seeds/seeds.yml",
            "seeds:
  - name: people
    config: {column_types: {BORN: date, nmae: string, name: string}}
  - name: places
    config: {delimiter: ';'}
",
        ),
        (
            "dbt_project.yml",
            "name: shop
version: \"1.0.0\"
seeds:
  shop:
    +column_types: {id: int64, town: string, country: string}
",
        ),
    ]);
    let said = elt(folder.path(), &["parse"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let told = "`column_types` has a type for `country`, which is no column of `people`";
    assert!(said.err.contains(told), "{}", said.err);
    assert!(said.err.contains("dbt_project.yml:5:46"), "{}", said.err);
    assert!(said.err.contains("seeds/seeds.yml:3:41"), "{}", said.err);
    // A type for many seeds is for those that have the column.
    assert!(!said.err.contains("`town`"), "{}", said.err);
    assert!(!said.err.contains("`BORN`"), "{}", said.err);
    assert_eq!(elt(folder.path(), &["seed"]).code, Some(0));
}

#[test]
fn a_type_that_there_is_not_is_told_at_the_seeds_properties() {
    let folder = project(&[
        ("seeds/people.csv", "id,name\n1,ada\n"),
        (
            "seeds/seeds.yml",
            "seeds:\n  - name: people\n    config: {column_types: {id: integr, name: 3}}\n",
        ),
    ]);
    let said = elt(folder.path(), &["seed"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.err.contains("`id`: type `integr` is not supported"), "{}", said.err);
    assert!(said.err.contains("`name`: `3` is no name of a type"), "{}", said.err);
    assert!(said.err.contains("seeds/seeds.yml:2:11"), "{}", said.err);
}
