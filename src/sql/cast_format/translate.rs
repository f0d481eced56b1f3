//! The translation of `CAST(… FORMAT …)`.

use crate::sql::{
    ast::Expr,
    dates::in_zone,
    translate::{Translator, Typed},
    types::Type,
};

impl Translator<'_> {
    /// `CAST(value AS kind FORMAT format AT TIME ZONE zone)`.
    pub fn cast_by_format(
        &mut self,
        value: &Typed,
        kind: &Type,
        format: &Expr,
        zone: Option<&Expr>,
        place: &Expr,
    ) -> Typed {
        let format_typed = self.expression(format);
        if !matches!(format_typed.kind, Type::String | Type::Null | Type::Unknown) {
            let message = format!("FORMAT takes a STRING, not {}", format_typed.kind.google());
            return self.refuse("wrong-type", message, format, None);
        }
        let has_zone = matches!(
            (&value.kind, kind),
            (Type::Timestamp, Type::String) | (Type::String, Type::Timestamp)
        );
        if let Some(zone) = zone.filter(|_| !has_zone) {
            let message = "AT TIME ZONE needs a TIMESTAMP";
            return self.refuse("wrong-type", message, zone, None);
        }
        let zone = match zone {
            Some(zone) => format!("CAST({} AS VARCHAR)", self.expression(zone).sql),
            None => "'UTC'".to_owned(),
        };
        let (sql, format) = (&value.sql, format!("CAST({} AS VARCHAR)", format_typed.sql));
        let today = format!("CAST({} AS DATE)", in_zone("now()", &zone));
        let text = match (&value.kind, kind) {
            (Type::Null, _) => "NULL".to_owned(),
            (Type::Date, Type::String) => {
                format!("googlesql_cast_civil_text({format}, CAST({sql} AS TIMESTAMP), 'DATE')")
            }
            (Type::DateTime, Type::String) => {
                format!("googlesql_cast_civil_text({format}, {sql}, 'DATETIME')")
            }
            (Type::Time, Type::String) => {
                format!("googlesql_cast_civil_text({format}, DATE '1970-01-01' + {sql}, 'TIME')")
            }
            (Type::Timestamp, Type::String) => {
                format!("googlesql_cast_timestamp_text({format}, {sql}, {zone})")
            }
            (Type::String, Type::Timestamp) => {
                format!("googlesql_cast_timestamp({sql}, {format}, {today}, {zone})")
            }
            (Type::String, Type::Date | Type::DateTime | Type::Time) => {
                let name = kind.google().to_ascii_lowercase();
                format!("googlesql_cast_{name}({sql}, {format}, {today})")
            }
            (Type::Bytes, Type::String) => format!("googlesql_cast_bytes_text({sql}, {format})"),
            (Type::String, Type::Bytes) => format!("googlesql_cast_text_bytes({sql}, {format})"),
            (_, Type::String) if format_typed.kind == Type::Null => "NULL".to_owned(),
            (from, Type::String) if from.is_number() => {
                // A format that is NULL gives NULL, whatever the number is.
                let message = "formats of numbers are not supported on the embedded engine";
                let help = "use FORMAT('%…', number)";
                return self.refuse("unsupported-function", message, place, Some(help));
            }
            (from, to) => {
                let message =
                    format!("{} cannot be cast to {} by a format", from.google(), to.google());
                return self.refuse("wrong-type", message, place, None);
            }
        };
        Typed::new(text, kind.clone())
    }
}
