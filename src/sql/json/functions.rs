//! The translation of JSON functions.

use super::{
    path::{self, Mode, Steps},
    to_json::Form,
};
use crate::sql::{
    ast::{Expr, ExprKind},
    translate::{Translator, Typed},
    types::{Type, literal},
};

/// A path argument, read.
enum PathArgument {
    /// Its mode, and its steps as a literal.
    Read(Mode, String),
    /// NULL
    Null,
}

impl Translator<'_> {
    /// A JSON function; none where the name is no such function.
    pub fn json_function(
        &mut self,
        name: &str,
        args: &[Typed],
        source: &[Expr],
        place: &Expr,
    ) -> Option<Typed> {
        if !is_json(name, args) {
            return None;
        }
        self.extraction(name, args, source)
            .or_else(|| self.conversion(name, args, source, place))
            .or_else(|| self.construction(name, args, place))
            .or_else(|| self.edit(name, args, source))
    }

    /// `json.name`, `json['name']`, `json[0]`; `step` is SQL of a step as the engine's functions
    /// take it.
    pub fn json_step(&mut self, value: &Typed, step: &str) -> Typed {
        let sql = format!("CAST(googlesql_json_get({}, {step}) AS JSON)", text(value));
        Typed::new(sql, Type::Json)
    }

    /// JSON_VALUE, JSON_QUERY and their like.
    fn extraction(&mut self, name: &str, args: &[Typed], source: &[Expr]) -> Option<Typed> {
        let (function, kind) = match name {
            "JSON_VALUE" | "JSON_EXTRACT_SCALAR" => ("value", Type::String),
            "JSON_QUERY" | "JSON_EXTRACT" => ("query", Type::String),
            "JSON_QUERY_ARRAY" | "JSON_EXTRACT_ARRAY" => ("query_array", array(Type::String)),
            "JSON_VALUE_ARRAY" | "JSON_EXTRACT_STRING_ARRAY" => {
                ("value_array", array(Type::String))
            }
            _ => return None,
        };
        let [document, ..] = args else { return None };
        if args.len() > 2 {
            return None;
        }
        let is_json = document.kind == Type::Json;
        let kind = match function {
            "query" if is_json => Type::Json,
            "query_array" if is_json => array(Type::Json),
            _ => kind,
        };
        let legacy = name.contains("EXTRACT");
        let (mode, steps) = match source.get(1) {
            None => (Mode::Strict, "''".to_owned()),
            Some(given) => match self.json_path(given, legacy, is_json && function == "query")? {
                PathArgument::Read(mode, steps) => (mode, steps),
                PathArgument::Null => return Some(Typed::new("NULL", kind)),
            },
        };
        let document = text(document);
        let sql = match (function, is_json) {
            ("query", true) if mode != Mode::Strict => {
                let recursive = mode == Mode::Recursive;
                format!("CAST(googlesql_json_lax({document}, {steps}, '{recursive}') AS JSON)")
            }
            ("query", true) => format!("CAST(googlesql_json_get({document}, {steps}) AS JSON)"),
            ("query_array", true) => {
                format!("CAST(googlesql_json_query_array({document}, {steps}) AS JSON[])")
            }
            ("value", true) => format!("googlesql_json_value_of_json({document}, {steps})"),
            _ => format!("googlesql_json_{function}({document}, {steps})"),
        };
        Some(Typed::new(sql, kind))
    }

    /// SQL values of JSON values, and JSON values of texts.
    fn conversion(
        &mut self,
        name: &str,
        args: &[Typed],
        source: &[Expr],
        place: &Expr,
    ) -> Option<Typed> {
        let value = text(args.first()?);
        if name == "PARSE_JSON" {
            let function = match self.word(source.get(1), "exact")?.as_str() {
                "exact" => "parse",
                "round" => "round",
                _ => return Some(self.refuse_mode(&source[1])),
            };
            let sql = format!("CAST(googlesql_{function}_json({value}) AS JSON)");
            return Some(Typed::new(sql, Type::Json));
        }
        let (function, kind) = match name {
            "JSON_TYPE" => {
                let sql = format!("googlesql_json_type({value})");
                return Some(Typed::new(sql, Type::String));
            }
            "INT64" | "LAX_INT64" => ("int64", Type::Int64),
            "FLOAT64" | "LAX_FLOAT64" => ("float64", Type::Float64),
            "BOOL" | "LAX_BOOL" => ("bool", Type::Bool),
            "STRING" | "LAX_STRING" => ("string", Type::String),
            _ => return None,
        };
        if args[0].kind != Type::Json && args[0].kind != Type::Unknown {
            let message = format!("{name} takes JSON, not {}", args[0].kind.google());
            return Some(self.refuse("wrong-type", message, place, None));
        }
        let lax = if name.starts_with("LAX_") { "lax_" } else { "" };
        let mode = match (name, self.word(source.get(1), "round")?.as_str()) {
            ("FLOAT64", "round") => "",
            ("FLOAT64", "exact") => "exact_",
            (_, "round") if args.len() == 1 => "",
            ("FLOAT64", _) => return Some(self.refuse_mode(&source[1])),
            _ => return None,
        };
        Some(Typed::new(format!("googlesql_json_{lax}{mode}{function}({value})"), kind))
    }

    fn refuse_mode(&mut self, place: &Expr) -> Typed {
        let message = "the mode of wide numbers is 'exact' or 'round'";
        self.refuse("sql-syntax", message, place, None)
    }

    /// JSON of SQL values.
    fn construction(&mut self, name: &str, args: &[Typed], place: &Expr) -> Option<Typed> {
        match (name, args) {
            ("TO_JSON", [value]) => {
                let sql = self.json_of(value);
                Some(self.json_or_refuse(sql, name, args, place))
            }
            ("TO_JSON_STRING", [value, more @ ..]) if more.len() <= 1 => {
                let sql = self.json_text_of(value, Form::Text);
                let typed = self.json_or_refuse(sql, name, &args[..1], place);
                let sql = match more {
                    [indents] => format!(
                        "(CASE WHEN {} THEN googlesql_json_indented({1}) ELSE {1} END)",
                        indents.sql, typed.sql
                    ),
                    _ => typed.sql,
                };
                Some(Typed::new(sql, Type::String))
            }
            ("JSON_ARRAY", values) => {
                let texts = self.json_texts(values);
                let sql = texts.map(|texts| {
                    let items = texts.join(" || ',' || ");
                    let items =
                        if items.is_empty() { String::new() } else { format!("{items} || ") };
                    format!("CAST(googlesql_round_json('[' || {items}']') AS JSON)")
                });
                Some(self.json_or_refuse(sql, name, args, place))
            }
            ("JSON_OBJECT", [keys, values])
                if matches!((&keys.kind, &values.kind), (Type::Array(_), Type::Array(_))) =>
            {
                let sql = self.object_of_arrays(keys, values);
                Some(self.json_or_refuse(sql, name, args, place))
            }
            ("JSON_OBJECT", pairs) if pairs.len() % 2 == 0 => {
                let values: Vec<Typed> = pairs.iter().skip(1).step_by(2).cloned().collect();
                let texts = self.json_texts(&values);
                let sql = texts.map(|texts| {
                    let members: Vec<String> = pairs
                        .iter()
                        .step_by(2)
                        .zip(texts)
                        .map(|(key, text)| format!("{} || ':' || {text}", object_key(&key.sql)))
                        .collect();
                    let members = members.join(" || ',' || ");
                    let members =
                        if members.is_empty() { String::new() } else { format!("{members} || ") };
                    format!("CAST(googlesql_round_json('{{' || {members}'}}') AS JSON)")
                });
                Some(self.json_or_refuse(sql, name, args, place))
            }
            _ => None,
        }
    }

    fn object_of_arrays(&mut self, keys: &Typed, values: &Typed) -> Option<String> {
        let Type::Array(element) = &values.kind else { return None };
        let (key, at) = (self.fresh("k"), self.fresh("i"));
        let kind = element.as_ref().clone();
        let mut known = true;
        let sql = self.bind_nested(&[keys, values], |translator, names| {
            let value = Typed::new(format!("{}[{at}]", names[1]), kind);
            let text = translator.json_text_of(&value, Form::Document);
            known = text.is_some();
            let member = format!(
                "{} || ':' || {}",
                object_key(&key),
                text.unwrap_or_default()
            );
            let keys = &names[0];
            format!(
                "(CASE WHEN {keys} IS NULL OR {0} IS NULL THEN error('the arrays of JSON_OBJECT cannot be NULL') WHEN len({keys}) <> len({0}) THEN error('JSON_OBJECT needs as many values as keys') ELSE CAST(googlesql_round_json('{{' || coalesce(array_to_string(list_transform({keys}, lambda {key}, {at}: {member}), ','), '') || '}}') AS JSON) END)",
                names[1]
            )
        });
        known.then_some(sql)
    }

    fn json_texts(&mut self, values: &[Typed]) -> Option<Vec<String>> {
        values.iter().map(|value| self.json_text_of(value, Form::Document)).collect()
    }

    fn json_or_refuse(
        &mut self,
        sql: Option<String>,
        name: &str,
        args: &[Typed],
        place: &Expr,
    ) -> Typed {
        if let Some(sql) = sql {
            return Typed::new(sql, Type::Json);
        }
        let unknown = args.iter().find(|arg| !arg.kind.is_known());
        let message = format!(
            "{name} needs values whose types are known, found {}",
            unknown.map(|arg| arg.kind.google()).unwrap_or_default()
        );
        self.refuse("unsupported-function", message, place, Some("use CAST"))
    }

    /// JSON that is changed.
    fn edit(&mut self, name: &str, args: &[Typed], source: &[Expr]) -> Option<Typed> {
        let mut json = text(args.first()?);
        match name {
            "JSON_SET" | "JSON_ARRAY_APPEND" | "JSON_ARRAY_INSERT" => {
                let (function, default) = match name {
                    "JSON_SET" => ("set", true),
                    "JSON_ARRAY_APPEND" => ("array_append", true),
                    _ => ("array_insert", true),
                };
                let ([_, values @ .., _], [_, exprs @ .., flag]) = (args, source) else {
                    return None;
                };
                if values.is_empty() || values.len() % 2 != 0 {
                    return None;
                }
                let flag = self.flag(flag, default)?;
                for (pair, exprs) in values.chunks(2).zip(exprs.chunks(2)) {
                    let PathArgument::Read(_, steps) = self.json_path(&exprs[0], false, false)?
                    else {
                        continue;
                    };
                    let value = self.json_text_of(&pair[1], Form::Document);
                    let Some(value) = value else {
                        return Some(self.json_or_refuse(None, name, &pair[1..], &exprs[1]));
                    };
                    // An array of SQL's is taken apart, one of JSON's is too.
                    json = format!("googlesql_json_{function}({json}, {steps}, {value}, '{flag}')");
                }
            }
            "JSON_REMOVE" if args.len() > 1 => {
                for path in &source[1..] {
                    if let PathArgument::Read(_, steps) = self.json_path(path, false, false)? {
                        json = format!("googlesql_json_remove({json}, {steps})");
                    }
                }
            }
            "JSON_STRIP_NULLS" => {
                let steps = match source.get(1).filter(|path| path.kind != ExprKind::Default) {
                    None => "''".to_owned(),
                    Some(path) => match self.json_path(path, false, false)? {
                        PathArgument::Read(_, steps) => steps,
                        PathArgument::Null => return Some(Typed::new("NULL", Type::Json)),
                    },
                };
                let arrays = self.optional_flag(source.get(2), true)?;
                let empty = self.optional_flag(source.get(3), false)?;
                json =
                    format!("googlesql_json_strip_nulls({json}, {steps}, '{arrays}', '{empty}')");
            }
            "JSON_KEYS" => {
                let depth = match args.get(1).filter(|depth| !depth.sql.is_empty()) {
                    None => "CAST(2147483647 AS BIGINT)".to_owned(),
                    Some(depth) => {
                        format!("coalesce(CAST({} AS BIGINT), 2147483647)", depth.sql)
                    }
                };
                let mode = match args.get(2).filter(|mode| !mode.sql.is_empty()) {
                    None => "'strict'".to_owned(),
                    Some(mode) => mode.sql.clone(),
                };
                let sql = format!("googlesql_json_keys({json}, {depth}, {mode})");
                return Some(Typed::new(sql, array(Type::String)));
            }
            _ => return None,
        }
        Some(Typed::new(format!("CAST({json} AS JSON)"), Type::Json))
    }

    fn optional_flag(&mut self, flag: Option<&Expr>, default: bool) -> Option<bool> {
        match flag {
            None => Some(default),
            Some(flag) => self.flag(flag, default),
        }
    }

    /// A flag that must be known before running.
    fn flag(&mut self, flag: &Expr, default: bool) -> Option<bool> {
        match &flag.kind {
            ExprKind::Default => Some(default),
            ExprKind::Bool(flag) => Some(*flag),
            _ => {
                let message = "this argument must be TRUE or FALSE, written out";
                self.refuse("unsupported-syntax", message, flag, None);
                None
            }
        }
    }

    /// A word that must be known before running.
    fn word(&mut self, word: Option<&Expr>, default: &str) -> Option<String> {
        match word {
            None => Some(default.to_owned()),
            Some(word) => match (word.text(), &word.kind) {
                (Some(text), _) => Some(text.to_ascii_lowercase()),
                (None, ExprKind::Default) => Some(default.to_owned()),
                _ => {
                    let message = "this argument must be a string literal";
                    self.refuse("unsupported-syntax", message, word, None);
                    None
                }
            },
        }
    }

    /// A path must be known before running, as in BigQuery. None where it is refused.
    fn json_path(&mut self, given: &Expr, legacy: bool, modes: bool) -> Option<PathArgument> {
        if given.is_null() {
            return Some(PathArgument::Null);
        }
        let plain = |steps: Steps| (Mode::Strict, steps);
        let read = match given.text() {
            Some(text) if modes && !legacy => path::with_mode(text),
            Some(text) if legacy => path::legacy(text).map(plain),
            Some(text) => path::standard(text).map(plain),
            None => Err("a JSON path must be a string literal".to_owned()),
        };
        match read {
            Ok((mode, steps)) => Some(PathArgument::Read(mode, literal(&steps.encoded()))),
            Err(message) => {
                self.refuse("sql-syntax", message, given, None);
                None
            }
        }
    }
}

/// A value as text, for the engine's functions.
fn text(value: &Typed) -> String {
    match value.kind {
        Type::String => value.sql.clone(),
        _ => format!("CAST({} AS VARCHAR)", value.sql),
    }
}

fn object_key(key: &str) -> String {
    format!(
        "(CASE WHEN {key} IS NULL THEN error('a key of JSON_OBJECT cannot be NULL') ELSE googlesql_json_quoted({key}) END)"
    )
}

fn array(element: Type) -> Type {
    Type::Array(Box::new(element))
}

fn is_json(name: &str, args: &[Typed]) -> bool {
    name.starts_with("JSON_")
        || name.starts_with("LAX_")
        || matches!(name, "PARSE_JSON" | "TO_JSON" | "TO_JSON_STRING")
        || args.first().is_some_and(|first| first.kind == Type::Json)
            && matches!(name, "INT64" | "FLOAT64" | "BOOL" | "STRING")
}
