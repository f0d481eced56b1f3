//! Literals.

use super::{
    ast::{Expr, ExprKind},
    translate::{Translator, Typed},
    types::{Type, literal},
};

impl Translator<'_> {
    /// A value that is written out.
    pub fn literal(&mut self, place: &Expr) -> Typed {
        match &place.kind {
            ExprKind::Bool(true) => Typed::new("TRUE", Type::Bool),
            ExprKind::Bool(false) => Typed::new("FALSE", Type::Bool),
            ExprKind::Number(text) => self.number(text, place),
            ExprKind::Text(text) => Typed::new(text_literal(text), Type::String),
            ExprKind::Bytes(bytes) => {
                let hex: String = bytes.iter().map(|byte| format!("\\x{byte:02X}")).collect();
                Typed::new(format!("CAST('{hex}' AS BLOB)"), Type::Bytes)
            }
            ExprKind::TypedText(data_type, text) => match Type::from_ast(data_type) {
                Ok(kind) => self.typed_text(kind, text, place),
                Err(error) => self.refuse(error.code, error.message, place, None),
            },
            _ => Typed::new("NULL", Type::Null),
        }
    }

    fn number(&mut self, text: &str, place: &Expr) -> Typed {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", text),
        };
        let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
        if hex.is_none() && digits.contains(['.', 'e', 'E']) {
            let sql = format!("CAST({digits} AS DOUBLE)");
            let sql = if sign.is_empty() { sql } else { format!("(-{sql})") };
            return Typed::new(sql, Type::Float64);
        }
        let (digits, radix) = hex.map_or((digits, 10), |hex| (hex, 16));
        match i64::from_str_radix(&format!("{sign}{digits}"), radix) {
            // An integer of the engine's has 32 bits where nothing says otherwise.
            Ok(number) => Typed::new(format!("CAST({number} AS BIGINT)"), Type::Int64),
            Err(_) => {
                let message = format!("`{text}` is no INT64");
                self.refuse("sql-syntax", message, place, Some("write NUMERIC '…'"))
            }
        }
    }

    /// `DATE '2024-01-31'`, `TIMESTAMP '…'`, `NUMERIC '1.5'`, `JSON '…'`.
    fn typed_text(&mut self, kind: Type, text: &str, place: &Expr) -> Typed {
        let value = Typed::new(literal(text), Type::String);
        let sql = match kind {
            Type::Json => match super::json::canonical(text, false) {
                Ok(text) => format!("CAST({} AS JSON)", literal(&text)),
                Err(message) => return self.refuse("sql-syntax", message, place, None),
            },
            _ => self.convert(&value, &kind, false),
        };
        Typed::new(sql, kind)
    }
}

/// A text as a literal. The engine reads SQL up to its first NUL.
fn text_literal(text: &str) -> String {
    if !text.contains('\0') {
        return literal(text);
    }
    let parts: Vec<String> = text.split('\0').map(literal).collect();
    format!("({})", parts.join(" || chr(0) || "))
}
