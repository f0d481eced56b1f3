//! FORMAT
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/string_functions#format_string>).

use super::{
    ast::{Expr, ExprKind},
    translate::{Translator, Typed},
    types::{Type, literal},
};

impl Translator<'_> {
    /// `FORMAT(format, …)`: the parts of the format and of the values, one after the other.
    pub fn format_call(&mut self, args: &[Typed], source: &[Expr], place: &Expr) -> Typed {
        let text = match source.first().map(|format| &format.bare().kind) {
            Some(ExprKind::Text(text)) => text,
            Some(ExprKind::Null) => return Typed::new("NULL", Type::String),
            _ => {
                return self.refuse(
                    "unsupported-function",
                    "FORMAT needs a format that is a string literal on the embedded engine",
                    place,
                    None,
                );
            }
        };
        let mut parts: Vec<String> = Vec::new();
        let mut plain = String::new();
        let mut used = 0;
        let mut rest = text.as_str();
        while let Some(at) = rest.find('%') {
            plain.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let length = rest
                .find(|c: char| !(c.is_ascii_digit() || ".-+ #'".contains(c)))
                .unwrap_or(rest.len());
            let Some(conversion) = rest[length..].chars().next() else {
                let message = "the format ends with an element that is not complete";
                return self.refuse("sql-syntax", message, place, None);
            };
            let element = &rest[..length + conversion.len_utf8()];
            rest = &rest[element.len()..];
            if element == "%" {
                plain.push('%');
                continue;
            }
            used += 1;
            let Some(value) = args.get(used) else {
                let message = "FORMAT has fewer values than elements";
                return self.refuse("sql-syntax", message, place, None);
            };
            let Some(sql) = self.format_element(element, conversion, value, place) else {
                return Typed::new("NULL", Type::String);
            };
            if !plain.is_empty() {
                parts.push(literal(&std::mem::take(&mut plain)));
            }
            parts.push(sql);
        }
        plain.push_str(rest);
        if args.len() > used + 1 {
            let message = "FORMAT has more values than elements";
            return self.refuse("sql-syntax", message, place, None);
        }
        if !plain.is_empty() || parts.is_empty() {
            parts.push(literal(&plain));
        }
        Typed::new(format!("({})", parts.join(" || ")), Type::String)
    }

    fn format_element(
        &mut self,
        element: &str,
        conversion: char,
        value: &Typed,
        place: &Expr,
    ) -> Option<String> {
        let sql = &value.sql;
        let unknown = matches!(value.kind, Type::Unknown | Type::Null);
        let spec = literal(element);
        let (fits, sql) = match conversion {
            'd' | 'i' | 'o' | 'x' | 'X' => (
                unknown || value.kind == Type::Int64,
                format!("googlesql_format_int({spec}, {sql})"),
            ),
            'f' | 'F' if value.kind == Type::Numeric => {
                (true, format!("googlesql_format_decimal({spec}, CAST({sql} AS VARCHAR))"))
            }
            'f' | 'F' if value.kind == Type::BigNumeric => {
                let text = self.convert(value, &Type::String, false);
                (true, format!("googlesql_format_decimal({spec}, {text})"))
            }
            'f' | 'F' | 'e' | 'E' | 'g' | 'G' => (
                // A double would show other digits than a decimal has.
                unknown || matches!(value.kind, Type::Float64 | Type::Int64),
                format!("googlesql_format_float({spec}, CAST({sql} AS DOUBLE))"),
            ),
            's' => (
                unknown || value.kind == Type::String,
                format!("googlesql_format_padded({spec}, {sql})"),
            ),
            't' | 'T' => {
                let shown = self.shown(value, conversion == 'T');
                let known = shown.is_some();
                let shown = shown.unwrap_or_default();
                (known, format!("googlesql_format_padded({spec}, coalesce({shown}, 'NULL'))"))
            }
            _ => (false, String::new()),
        };
        if !fits {
            let message = format!(
                "format element `%{element}` of {} is not supported on the embedded engine",
                value.kind.google()
            );
            let help = "use %d for INT64, %f for FLOAT64, %s for STRING, %t for others";
            self.refuse("unsupported-function", message, place, Some(help));
            return None;
        }
        Some(sql)
    }

    /// A value as `%t` shows it, or as the literal of `%T`.
    fn shown(&mut self, value: &Typed, as_literal: bool) -> Option<String> {
        let text = match value.kind {
            Type::Array(_) | Type::Struct(_) | Type::Float64 => String::new(),
            _ => self.convert(value, &Type::String, false),
        };
        let typed = |name: &str| match as_literal {
            true => format!("('{name} \"' || {text} || '\"')"),
            false => text.clone(),
        };
        Some(match value.kind {
            Type::Null => "CAST(NULL AS VARCHAR)".to_owned(),
            Type::Int64 | Type::Bool => text,
            Type::Float64 => {
                let how = u8::from(as_literal);
                format!("googlesql_format_shown({}, CAST({how} AS BIGINT))", value.sql)
            }
            Type::Array(ref element) => {
                let name = self.fresh("element");
                let shown = self.shown(&Typed::new(name.as_str(), *element.clone()), as_literal)?;
                format!(
                    "('[' || array_to_string(list_transform({}, lambda {name}: coalesce({shown}, 'NULL')), ', ') || ']')",
                    value.sql
                )
            }
            Type::Struct(ref fields) if fields.len() > 1 => {
                let name = self.fresh("value");
                let mut parts = Vec::new();
                for (at, (_, kind)) in fields.iter().enumerate() {
                    let field = format!("struct_extract_at({name}, {})", at + 1);
                    let shown = self.shown(&Typed::new(field, kind.clone()), as_literal)?;
                    parts.push(format!("coalesce({shown}, 'NULL')"));
                }
                let parts = parts.join(" || ', ' || ");
                format!(
                    "(list_transform([{}], lambda {name}: CASE WHEN {name} IS NOT NULL THEN '(' || {parts} || ')' END)[1])",
                    value.sql
                )
            }
            Type::String if as_literal => format!("googlesql_format_quoted({text})"),
            Type::String => text,
            Type::Interval if !as_literal => text,
            Type::Numeric => typed("NUMERIC"),
            Type::BigNumeric => typed("BIGNUMERIC"),
            Type::Date => typed("DATE"),
            Type::DateTime => typed("DATETIME"),
            Type::Timestamp => typed("TIMESTAMP"),
            Type::Time => typed("TIME"),
            _ => return None,
        })
    }
}
