//! How much the configuration `static_analysis` weighs what is found.

use crate::manifest::NodeConfig;

/// What becomes of what is found in a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// Nothing is told.
    Off,
    /// It is told.
    Warn,
    /// It fails the command.
    Error,
}

impl Strictness {
    /// What a node's configuration says; `default` where it says nothing.
    ///
    /// dbt's own words are taken as well
    /// (<https://docs.getdbt.com/reference/resource-configs/static-analysis>): `baseline` and
    /// `unsafe` warn, `on` and `strict` fail.
    pub fn of(config: &NodeConfig, default: Self) -> Self {
        let Some(value) = config.get("static_analysis") else { return default };
        match value.as_str() {
            Some("off" | "false") => Self::Off,
            Some("warn" | "baseline" | "unsafe") => Self::Warn,
            Some("error" | "on" | "strict" | "true") => Self::Error,
            _ => match value.as_bool() {
                Some(false) => Self::Off,
                Some(true) => Self::Error,
                None => default,
            },
        }
    }
}
