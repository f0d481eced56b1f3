//! `ARRAY<T>[…]` and `STRUCT<T, …>(…)`: the parts take the declared types.

use sqlparser::ast::{Array, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Value};

use super::{
    translate::{Translator, Typed},
    types::{Type, quote},
};

impl Translator<'_> {
    /// The call that stands for a typed literal: the type's text, then the parts.
    pub fn typed_literal(&mut self, args: &[Expr], place: &Expr) -> Typed {
        let Some(Expr::Value(text)) = args.first() else {
            unreachable!("the type comes first");
        };
        let text = text.value.clone().into_string().unwrap_or_default();
        let kind = match Type::parse(&text) {
            Ok(kind) => kind,
            Err(error) => return self.refuse(error.code, error.message, place, None),
        };
        let sql = match &kind {
            Type::Array(element) => self.array_of(&args[1..], element),
            Type::Struct(fields) if fields.len() == args.len() - 1 => {
                self.structure_of(&args[1..], fields)
            }
            _ => {
                let message = format!("`{text}` needs another number of values");
                return self.refuse("sql-syntax", message, place, None);
            }
        };
        Typed::new(sql, kind)
    }

    fn array_of(&mut self, parts: &[Expr], element: &Type) -> String {
        let parts: Vec<String> = parts.iter().map(|part| self.literal_as(part, element)).collect();
        match Type::Array(Box::new(element.clone())).duckdb() {
            Some(name) => format!("CAST([{}] AS {name})", parts.join(", ")),
            None => format!("[{}]", parts.join(", ")),
        }
    }

    fn structure_of(&mut self, parts: &[Expr], fields: &[(String, Type)]) -> String {
        let parts: Vec<String> = parts
            .iter()
            .zip(fields)
            .map(|(part, (name, kind))| {
                format!("{} := {}", quote(name), self.literal_as(part, kind))
            })
            .collect();
        format!("struct_pack({})", parts.join(", "))
    }

    /// A part of a literal as a value of the type; struct parts go by position.
    pub fn literal_as(&mut self, part: &Expr, kind: &Type) -> String {
        match (part, kind) {
            (Expr::Array(Array { elem, .. }), Type::Array(element)) => {
                return self.array_of(elem, element);
            }
            (Expr::Tuple(values), Type::Struct(fields)) if values.len() == fields.len() => {
                return self.structure_of(values, fields);
            }
            (Expr::Struct { values, fields: declared }, Type::Struct(fields))
                if declared.is_empty() && values.len() == fields.len() =>
            {
                let values: Vec<Expr> = values.iter().map(unnamed).collect();
                return self.structure_of(&values, fields);
            }
            (Expr::Function(call), Type::Struct(fields))
                if call.name.to_string().eq_ignore_ascii_case("STRUCT") =>
            {
                if let FunctionArguments::List(list) = &call.args
                    && list.args.len() == fields.len()
                {
                    let values: Vec<Expr> = list
                        .args
                        .iter()
                        .filter_map(|arg| match arg {
                            FunctionArg::Unnamed(FunctionArgExpr::Expr(inner)) => {
                                Some(unnamed(inner))
                            }
                            _ => None,
                        })
                        .collect();
                    if values.len() == fields.len() {
                        return self.structure_of(&values, fields);
                    }
                }
            }
            (Expr::Value(value), _) if value.value == Value::Null => {
                let name = kind.duckdb().unwrap_or_else(|| "VARCHAR".to_owned());
                return format!("CAST(NULL AS {name})");
            }
            _ => {}
        }
        let typed = self.expression(part);
        if typed.kind == *kind { typed.sql } else { self.convert(&typed, kind, false) }
    }
}

fn unnamed(value: &Expr) -> Expr {
    match value {
        Expr::Named { expr, .. } => expr.as_ref().clone(),
        other => other.clone(),
    }
}
