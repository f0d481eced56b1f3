//! Source freshness: when the newest row of a source table was loaded, and whether that is too long
//! ago (<https://docs.getdbt.com/reference/resource-properties/freshness>).

mod check;
mod criteria;

pub use check::{Freshness, FreshnessRequest, SourceFreshness, check_freshness};
pub use criteria::{Age, Criteria};
