//! What bytes and slots cost whoever pays for the warehouse.

use clap::Args;

use crate::run::{DEFAULT_PRICE_PER_TIB, Prices};

/// Prices, for the money that plans and summaries show, and how much may be billed.
#[derive(Clone, Debug, Default, Args)]
pub struct PriceArgs {
    /// What a TiB billed on demand costs [default: 6.25]
    #[arg(long, global = true, env = "ELT_PRICE_PER_TIB", value_name = "MONEY", value_parser = price)]
    pub price_per_tib: Option<f64>,
    /// What an hour of a slot costs, where slots are paid for
    #[arg(long, global = true, env = "ELT_PRICE_PER_SLOT_HOUR", value_name = "MONEY", value_parser = price)]
    pub price_per_slot_hour: Option<f64>,
    /// Refuse to start what would read more, and let no job bill more (`50GB`, `1TiB`)
    #[arg(long, global = true, value_name = "BYTES", value_parser = bytes)]
    pub max_bytes: Option<u64>,
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

/// A number of bytes, with a unit or without: those of thousands and those of 1024.
fn bytes(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, u64); 11] = [
        ("KIB", 1 << 10),
        ("MIB", 1 << 20),
        ("GIB", 1 << 30),
        ("TIB", 1 << 40),
        ("PIB", 1 << 50),
        ("KB", 1_000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("TB", 1_000_000_000_000),
        ("PB", 1_000_000_000_000_000),
        ("B", 1),
    ];
    let upper = text.trim().to_ascii_uppercase();
    let unit = UNITS.iter().find_map(|(unit, size)| Some((upper.strip_suffix(unit)?, *size)));
    let (number, size) = unit.unwrap_or((&upper, 1));
    let wrong = || "it must be a number of bytes, for instance `50GB`".to_owned();
    let number: f64 = number.trim().parse().map_err(|_| wrong())?;
    let bytes = number * size as f64;
    match bytes.is_finite() && (0.0..=i64::MAX as f64).contains(&bytes) {
        true => Ok(bytes as u64),
        false => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_units() {
        for (text, wanted) in [
            ("100", Ok(100)),
            ("50GB", Ok(50_000_000_000)),
            ("1.5 gib", Ok(1_610_612_736)),
            ("7 B", Ok(7)),
            ("-1GB", Err(())),
            ("many", Err(())),
            ("1e300TB", Err(())),
        ] {
            assert_eq!(bytes(text).map_err(|_| ()), wanted, "{text}");
        }
        assert!(price("-1").is_err() && price("nan").is_err() && price("0.5").is_ok());
    }
}
