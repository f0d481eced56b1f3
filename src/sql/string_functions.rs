//! Functions of texts and bytes
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/string_functions>).

use super::{
    arguments::Args,
    ast::Expr,
    operators::constant_number,
    translate::{Translator, Typed},
    types::{Type, literal},
};

/// What TRIM takes for blanks: Unicode's White_Space.
pub(super) const WHITE_SPACE: &str = "\t\n\u{b}\u{c}\r \u{85}\u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}";

const INITCAP_BREAKS: &str = " \t\n\r[](){}/|<>!?@\"^#$&~_,.:;*%+-";

impl Translator<'_> {
    /// A function of texts or bytes; none where the name is no such function.
    pub fn string_function(
        &mut self,
        name: &str,
        args: &Args<'_>,
        source: &[Expr],
        place: &Expr,
    ) -> Option<Typed> {
        // NULL takes the type of what it stands beside.
        let is_bytes = match args.kind(0) {
            Type::Null => args.kind(1) == Type::Bytes,
            kind => kind == Type::Bytes,
        };
        let latin = |at: usize| format!("googlesql_latin_text({})", args.sql(at));
        match (name, args.len()) {
            ("CONCAT", 1..) => {
                // DuckDB's own concat skips NULLs; BigQuery's gives NULL.
                Some(self.joined(args))
            }
            ("UPPER" | "LOWER" | "REVERSE", 1) if is_bytes => {
                args.call(&format!("googlesql_{}_bytes", name.to_ascii_lowercase()), Type::Bytes)
            }
            ("UPPER" | "LOWER", 1) => {
                args.call(&format!("googlesql_{}", name.to_ascii_lowercase()), Type::String)
            }
            ("LENGTH", 1) if args.kind(0) == Type::Bytes => {
                Some(Typed::new(format!("octet_length({})", args.sql(0)), Type::Int64))
            }
            ("LENGTH" | "CHAR_LENGTH" | "CHARACTER_LENGTH", 1) => {
                Some(Typed::new(format!("length({})", args.sql(0)), Type::Int64))
            }
            ("BYTE_LENGTH" | "OCTET_LENGTH", 1) => {
                let value = if args.kind(0) == Type::Bytes {
                    args.sql(0)
                } else {
                    format!("encode({})", args.sql(0))
                };
                Some(Typed::new(format!("octet_length({value})"), Type::Int64))
            }
            ("TRIM" | "LTRIM" | "RTRIM", 2) if is_bytes => {
                let side = if name == "TRIM" { "B" } else { &name[..1] };
                let text = format!("googlesql_trim_bytes({}, '{side}')", args.joined());
                Some(Typed::new(text, Type::Bytes))
            }
            ("TRIM" | "LTRIM" | "RTRIM", 1) if is_bytes => None,
            ("TRIM" | "LTRIM" | "RTRIM", 1) => {
                // The engine's own form takes blanks only, not tabs and line ends.
                let function = name.to_ascii_lowercase();
                let blanks = literal(WHITE_SPACE);
                Some(Typed::new(format!("{function}({}, {blanks})", args.sql(0)), Type::String))
            }
            ("TRIM" | "LTRIM" | "RTRIM", 2) => args.call(&name.to_ascii_lowercase(), args.kind(0)),
            ("LPAD" | "RPAD", 2 | 3) => {
                let (function, blank) = match is_bytes {
                    true => ("googlesql_pad_bytes", "encode(' ')"),
                    false => ("googlesql_pad", "' '"),
                };
                let fill = if args.len() == 3 { args.sql(2) } else { blank.to_owned() };
                let side = &name[..1];
                let text =
                    format!("{function}({}, {}, {fill}, '{side}')", args.sql(0), args.sql(1));
                Some(Typed::new(text, args.kind(0)))
            }
            ("REPEAT", 2) if is_bytes => args.call("googlesql_repeat_bytes", Type::Bytes),
            ("REPEAT", 2) => args.call("googlesql_repeat", Type::String),
            ("REPLACE" | "STARTS_WITH" | "ENDS_WITH" | "STRPOS", _) if is_bytes => {
                let kind = match name {
                    "REPLACE" => Type::Bytes,
                    "STRPOS" => Type::Int64,
                    _ => Type::Bool,
                };
                args.call(&format!("googlesql_{}_bytes", name.to_ascii_lowercase()), kind)
            }
            ("TRANSLATE", 3) if is_bytes => {
                let text = format!("googlesql_translate({}, {}, {})", latin(0), latin(1), latin(2));
                Some(Typed::new(format!("googlesql_latin_bytes({text})"), Type::Bytes))
            }
            ("TRANSLATE", 3) if !is_bytes => args.call("googlesql_translate", Type::String),
            ("EDIT_DISTANCE", 2) if !is_bytes => args.call("googlesql_edit_distance", Type::Int64),
            ("TO_CODE_POINTS", 1) => {
                let function = if is_bytes { "_bytes" } else { "" };
                let kind = Type::Array(Box::new(Type::Int64));
                args.call(&format!("googlesql_code_points{function}"), kind)
            }
            ("INSTR", 2..=4) => {
                let of = |at: usize| if is_bytes { latin(at) } else { args.sql(at) };
                let default = |at: usize| match args.get(at) {
                    Some(arg) => arg.sql.clone(),
                    None => "CAST(1 AS BIGINT)".to_owned(),
                };
                let text = format!(
                    "googlesql_instr({}, {}, {}, {})",
                    of(0),
                    of(1),
                    default(2),
                    default(3)
                );
                Some(Typed::new(text, Type::Int64))
            }
            ("REVERSE", 1) => args.call("reverse", args.kind(0)),
            ("REPLACE", 3) => {
                // Replacing nothing changes nothing in BigQuery.
                let sql = self.bind(&[&args[0], &args[1], &args[2]], |names| {
                    let (value, from, to) = (&names[0], &names[1], &names[2]);
                    format!(
                        "(CASE WHEN {from} = '' THEN {value} ELSE replace({value}, {from}, {to}) END)"
                    )
                });
                Some(Typed::new(sql, Type::String))
            }
            ("STARTS_WITH", 2) => args.call("starts_with", Type::Bool),
            ("ENDS_WITH", 2) => args.call("ends_with", Type::Bool),
            ("CONTAINS_SUBSTR", 2) => Some(Typed::new(
                format!("contains(lower({}), lower({}))", args.sql(0), args.sql(1)),
                Type::Bool,
            )),
            ("STRPOS", 2) => {
                Some(Typed::new(format!("strpos({}, {})", args.sql(0), args.sql(1)), Type::Int64))
            }
            ("LEFT" | "RIGHT", 2) => {
                if is_bytes {
                    let sql = self.bind(&[&args[0], &args[1]], |names| {
                        let (value, length) = (&names[0], &names[1]);
                        let from = if name == "LEFT" {
                            "CAST(1 AS BIGINT)".to_owned()
                        } else {
                            format!("octet_length({value}) + 1 - least({length}, octet_length({value}))")
                        };
                        format!(
                            "(CASE WHEN {length} < 0 THEN error('the length of {name} cannot be negative') ELSE googlesql_byte_substr({value}, {from}, {length}) END)"
                        )
                    });
                    return Some(Typed::new(sql, Type::Bytes));
                }
                let function = name.to_ascii_lowercase();
                let sql = self.bind(&[&args[0], &args[1]], |names| {
                    let (value, length) = (&names[0], &names[1]);
                    format!(
                        "(CASE WHEN {length} < 0 THEN error('the length of {name} cannot be negative') ELSE {function}({value}, {length}) END)"
                    )
                });
                Some(Typed::new(sql, Type::String))
            }
            ("SUBSTR" | "SUBSTRING", 2 | 3) => Some(self.substring(args)),
            ("SPLIT", 2) if is_bytes => {
                args.call("googlesql_split_bytes", Type::Array(Box::new(Type::Bytes)))
            }
            ("SPLIT", 1 | 2) => {
                let separator = if args.len() == 2 { args.sql(1) } else { "','".to_owned() };
                let separator = Typed::new(separator, Type::String);
                let split =
                    |text: &str, separator: &str| format!("string_split({text}, {separator})");
                if separator.sql.starts_with('\'') {
                    let sql = split(&args.sql(0), &separator.sql);
                    return Some(Typed::new(sql, Type::Array(Box::new(Type::String))));
                }
                let sql = self.bind(&[&args[0], &separator], |names| {
                    // Without a separator the engine gives the whole text.
                    let (text, separator) = (&names[0], &names[1]);
                    format!(
                        "(CASE WHEN {separator} IS NOT NULL THEN {} END)",
                        split(text, separator)
                    )
                });
                Some(Typed::new(sql, Type::Array(Box::new(Type::String))))
            }
            ("INITCAP", 1 | 2) => {
                let delimiters =
                    if args.len() == 2 { args.sql(1) } else { literal(INITCAP_BREAKS) };
                let text = format!("googlesql_initcap({}, {delimiters})", args.sql(0));
                Some(Typed::new(text, Type::String))
            }
            ("REGEXP_CONTAINS", 2) if is_bytes => {
                args.call("googlesql_regexp_contains_bytes", Type::Bool)
            }
            ("REGEXP_CONTAINS", 2) => args.call("regexp_matches", Type::Bool),
            ("REGEXP_REPLACE", 3) if is_bytes => {
                args.call("googlesql_regexp_replace_bytes", Type::Bytes)
            }
            ("REGEXP_REPLACE", 3) => args.call("googlesql_regexp_replace", Type::String),
            ("REGEXP_EXTRACT" | "REGEXP_SUBSTR", 2) if is_bytes => {
                args.call("googlesql_regexp_extract_bytes", Type::Bytes)
            }
            ("REGEXP_EXTRACT" | "REGEXP_SUBSTR", 2..=4) if !is_bytes => {
                let mut values: Vec<String> = args.iter().map(|arg| arg.sql.clone()).collect();
                values.resize(4, "CAST(1 AS BIGINT)".to_owned());
                let text = format!("googlesql_regexp_extract({})", values.join(", "));
                Some(Typed::new(text, Type::String))
            }
            ("REGEXP_EXTRACT_ALL", 2) if is_bytes => {
                args.call("googlesql_regexp_extract_all_bytes", Type::Array(Box::new(Type::Bytes)))
            }
            ("REGEXP_EXTRACT_ALL", 2) => {
                args.call("googlesql_regexp_extract_all", Type::Array(Box::new(Type::String)))
            }
            ("REGEXP_INSTR", 2..=5) => {
                let mut values: Vec<String> = args.iter().map(|arg| arg.sql.clone()).collect();
                values.resize(values.len().max(4), "CAST(1 AS BIGINT)".to_owned());
                values.resize(5, "CAST(0 AS BIGINT)".to_owned());
                let function = if is_bytes { "_bytes" } else { "" };
                let text = format!("googlesql_regexp_instr{function}({})", values.join(", "));
                Some(Typed::new(text, Type::Int64))
            }
            ("TO_HEX" | "TO_BASE64" | "TO_BASE32" | "SAFE_CONVERT_BYTES_TO_STRING", 1)
                if args.kind(0) == Type::String =>
            {
                Some(self.refuse(
                    "wrong-type",
                    format!("{name} takes BYTES, not STRING"),
                    place,
                    None,
                ))
            }
            ("TO_HEX", 1) => Some(Typed::new(format!("lower(hex({}))", args.sql(0)), Type::String)),
            ("FROM_HEX", 1) => Some(Typed::new(format!("unhex({})", args.sql(0)), Type::Bytes)),
            ("MD5" | "SHA1" | "SHA256", 1) => Some(Typed::new(
                format!("unhex({}({}))", name.to_ascii_lowercase(), args.sql(0)),
                Type::Bytes,
            )),
            ("SHA512", 1) => {
                let bytes = if args.kind(0) == Type::Bytes {
                    args.sql(0)
                } else {
                    format!("encode({})", args.sql(0))
                };
                Some(Typed::new(format!("googlesql_sha512({bytes})"), Type::Bytes))
            }
            ("FARM_FINGERPRINT", 1) => {
                let bytes = if is_bytes { args.sql(0) } else { format!("encode({})", args.sql(0)) };
                Some(Typed::new(format!("googlesql_farm_fingerprint({bytes})"), Type::Int64))
            }
            ("TO_BASE64", 1) => args.call("to_base64", Type::String),
            ("FROM_BASE64", 1) => args.call("from_base64", Type::Bytes),
            ("CODE_POINTS_TO_STRING", 1) => {
                let sql = self.bind(&[&args[0]], |names| {
                    let points = &names[0];
                    format!(
                        "(CASE WHEN len(list_filter({points}, lambda c: c IS NULL)) = 0 THEN coalesce(array_to_string(list_transform({points}, lambda c: chr(CAST(c AS INTEGER))), ''), '') END)"
                    )
                });
                Some(Typed::new(sql, Type::String))
            }
            ("CHR", 1) => {
                Some(Typed::new(format!("chr(CAST({} AS INTEGER))", args.sql(0)), Type::String))
            }
            ("ASCII", 1) if is_bytes => {
                Some(Typed::new(format!("googlesql_ascii({})", latin(0)), Type::Int64))
            }
            ("NORMALIZE", 1) => args.call("nfc_normalize", Type::String),
            ("SOUNDEX", 1) => args.call("googlesql_soundex", Type::String),
            ("ASCII" | "UNICODE", 1) => {
                args.call(&format!("googlesql_{}", name.to_ascii_lowercase()), Type::Int64)
            }
            ("FORMAT", 1..) => Some(self.format_call(args, source, place)),
            ("ARRAY_TO_STRING", 2 | 3) if !matches!(args.kind(0), Type::Array(ref of) if **of == Type::Bytes) =>
            {
                let values: Vec<&Typed> = args.iter().collect();
                let sql = self.bind(&values, |names| {
                    let (array, separator) = (&names[0], &names[1]);
                    let filled = match names.get(2) {
                        Some(null) => {
                            format!("list_transform({array}, lambda e: coalesce(e, {null}))")
                        }
                        None => array.clone(),
                    };
                    // NULL in the middle is left out; NULL around it is the answer.
                    let texts = match separator.starts_with('\'') {
                        true => format!("coalesce(array_to_string({filled}, {separator}), '')"),
                        // The engine's own form takes a constant only.
                        false => {
                            let texts = format!("list_filter({filled}, lambda e: e IS NOT NULL)");
                            format!(
                                "(CASE WHEN len({texts}) = 0 THEN '' ELSE list_reduce({texts}, lambda a, b: a || {separator} || b) END)"
                            )
                        }
                    };
                    let known = names.iter().map(|name| format!("{name} IS NOT NULL"));
                    let known = known.collect::<Vec<_>>().join(" AND ");
                    format!("(CASE WHEN {known} THEN {texts} END)")
                });
                Some(Typed::new(sql, Type::String))
            }
            ("SAFE_CONVERT_BYTES_TO_STRING", 1) => {
                Some(Typed::new(format!("googlesql_lossy_text({})", args.sql(0)), Type::String))
            }
            _ => None,
        }
    }

    /// SUBSTR: position 0 is 1, and a negative position beyond the start is the start.
    pub fn substring(&mut self, args: &[Typed]) -> Typed {
        let kind = args[0].kind.clone();
        let position = constant_number(&args[1].sql);
        let values: Vec<&Typed> = args.iter().collect();
        let counts_bytes = kind == Type::Bytes;
        let sql = self.bind(&values, |names| {
            let (value, at) = (&names[0], &names[1]);
            let length = if counts_bytes { "octet_length" } else { "length" };
            let from = match position {
                Some(0.0) => "1".to_owned(),
                Some(position) if position > 0.0 => at.clone(),
                _ => format!(
                    "(CASE WHEN {at} = 0 OR {at} < -{length}({value}) THEN 1 ELSE {at} END)"
                ),
            };
            let function = if counts_bytes { "googlesql_byte_substr" } else { "substr" };
            match names.get(2) {
                Some(length) if constant_number(length).is_some_and(|length| length >= 0.0) => {
                    format!("{function}({value}, {from}, {length})")
                }
                Some(length) => format!(
                    "(CASE WHEN {length} < 0 THEN error('the third argument of SUBSTR cannot be negative') ELSE {function}({value}, {from}, {length}) END)"
                ),
                None if counts_bytes => {
                    format!("{function}({value}, {from}, octet_length({value}))")
                }
                None => format!("{function}({value}, {from})"),
            }
        });
        Typed::new(sql, kind)
    }
}
