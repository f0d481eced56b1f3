//! What bytes and slots cost whoever pays for the warehouse.

use clap::Args;

use crate::run::{DEFAULT_PRICE_PER_TIB, Prices};

/// Prices, for the money that plans and summaries show.
#[derive(Clone, Debug, Default, Args)]
pub struct PriceArgs {
    /// What a TiB billed on demand costs [default: 6.25]
    #[arg(long, global = true, env = "ELT_PRICE_PER_TIB", value_name = "MONEY", value_parser = price)]
    pub price_per_tib: Option<f64>,
    /// What an hour of a slot costs, where slots are paid for
    #[arg(long, global = true, env = "ELT_PRICE_PER_SLOT_HOUR", value_name = "MONEY", value_parser = price)]
    pub price_per_slot_hour: Option<f64>,
}

impl PriceArgs {
    /// The prices meant.
    pub fn prices(&self) -> Prices {
        Prices {
            per_tib: self.price_per_tib.unwrap_or(DEFAULT_PRICE_PER_TIB),
            per_slot_hour: self.price_per_slot_hour,
        }
    }
}

fn price(text: &str) -> Result<f64, String> {
    let price: f64 = text.trim().parse().map_err(|_| "it must be a number".to_owned())?;
    match price.is_finite() && price >= 0.0 {
        true => Ok(price),
        false => Err("it must be a number, and not below zero".to_owned()),
    }
}
