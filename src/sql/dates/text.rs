//! Dates and moments as text and from text by a format.

use crate::sql::{
    ast::Expr,
    translate::{Translator, Typed},
    types::Type,
};

impl Translator<'_> {
    /// FORMAT_… and PARSE_…; none where the name is another function's.
    pub(super) fn text_of_moment(&mut self, name: &str, args: &[Expr]) -> Option<Typed> {
        let zone = |this: &mut Self, at: usize| this.zone_argument(args.get(at));
        Some(match name {
            "FORMAT_DATE" | "FORMAT_DATETIME" | "FORMAT_TIMESTAMP" | "FORMAT_TIME" => {
                let format = self.expression(args.first()?).sql;
                let value = self.expression(args.get(1)?);
                let sql = match (name, &value.kind) {
                    ("FORMAT_TIMESTAMP", _) | (_, Type::Timestamp) => {
                        let moment = self.convert(&value, &Type::Timestamp, false);
                        let zone = zone(self, 2);
                        format!("googlesql_format_timestamp({format}, {moment}, {zone})")
                    }
                    ("FORMAT_TIME", _) => {
                        let time = self.convert(&value, &Type::Time, false);
                        format!("googlesql_format_civil({format}, DATE '1970-01-01' + {time}, 'T')")
                    }
                    ("FORMAT_DATE", kind) if *kind != Type::DateTime => {
                        let date = self.convert(&value, &Type::Date, false);
                        format!("googlesql_format_civil({format}, CAST({date} AS TIMESTAMP), 'D')")
                    }
                    _ => {
                        let civil = self.convert(&value, &Type::DateTime, false);
                        format!("googlesql_format_civil({format}, {civil}, 'DT')")
                    }
                };
                Typed::new(sql, Type::String)
            }
            "PARSE_DATE" | "PARSE_DATETIME" | "PARSE_TIMESTAMP" | "PARSE_TIME" => {
                let format = self.expression(args.first()?).sql;
                let value = self.expression(args.get(1)?).sql;
                let function = name.to_ascii_lowercase();
                let kind = match name {
                    "PARSE_DATE" => Type::Date,
                    "PARSE_DATETIME" => Type::DateTime,
                    "PARSE_TIME" => Type::Time,
                    _ => Type::Timestamp,
                };
                let zone = match kind {
                    Type::Timestamp => format!(", {}", zone(self, 2)),
                    _ => String::new(),
                };
                Typed::new(format!("googlesql_{function}({format}, {value}{zone})"), kind)
            }
            _ => return None,
        })
    }
}
