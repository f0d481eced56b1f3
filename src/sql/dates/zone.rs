//! Time zones.

use crate::sql::{
    ast::Expr,
    operators::valid,
    translate::{Translator, Typed},
    types::Type,
};

impl Translator<'_> {
    /// The zone that an argument names; UTC without one.
    pub(super) fn zone_argument(&mut self, argument: Option<&Expr>) -> String {
        argument.map_or_else(|| "'UTC'".to_owned(), |zone| self.expression(zone).sql)
    }
}

/// What a clock in the zone shows at a moment.
pub(in crate::sql) fn in_zone(moment: &str, zone: &str) -> String {
    match zone {
        "'UTC'" => format!("({moment} AT TIME ZONE 'UTC')"),
        _ => format!("googlesql_in_zone({moment}, {zone})"),
    }
}

/// The moment at which a clock in the zone shows this.
pub(super) fn from_zone(civil: &str, zone: &str) -> Typed {
    let civil = format!("CAST({civil} AS TIMESTAMP)");
    match zone {
        "'UTC'" => valid(&format!("({civil} AT TIME ZONE 'UTC')"), Type::Timestamp),
        _ => Typed::new(format!("googlesql_from_zone({civil}, {zone})"), Type::Timestamp),
    }
}
