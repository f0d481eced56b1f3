//! What nodes cost on a warehouse that bills by bytes or slots.

use serde_json::{Map, Value};

use super::NodeResult;

/// On-demand price of a TiB in dollars, in the US and before discounts
/// (<https://cloud.google.com/bigquery/pricing#on_demand_pricing>).
pub const DEFAULT_PRICE_PER_TIB: f64 = 6.25;
const TIB: f64 = (1_u64 << 40) as f64;
const MS_PER_HOUR: f64 = 3_600_000.0;

/// What jobs read, billed and used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Bytes read.
    pub bytes_processed: u64,
    /// Bytes billed.
    pub bytes_billed: u64,
    /// Slot time in milliseconds.
    pub slot_ms: u64,
    /// Jobs answered from the cache, for nothing.
    pub cache_hits: u64,
}

impl Cost {
    /// What a node's result says; nothing where the engine does not bill.
    pub fn of(result: &NodeResult) -> Option<Self> {
        let number = |key: &str| result.response.get(key).and_then(Value::as_u64);
        let bytes_billed = number("bytes_billed")?;
        Some(Self {
            bytes_processed: number("bytes_processed").unwrap_or(0),
            bytes_billed,
            slot_ms: number("slot_ms").unwrap_or(0),
            cache_hits: number("cache_hits").unwrap_or(0),
        })
    }

    /// What all of them cost together; nothing where none was billed.
    pub fn total<'a>(results: impl Iterator<Item = &'a NodeResult>) -> Option<Self> {
        results.filter_map(Self::of).reduce(Self::plus)
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            bytes_processed: self.bytes_processed + other.bytes_processed,
            bytes_billed: self.bytes_billed + other.bytes_billed,
            slot_ms: self.slot_ms + other.slot_ms,
            cache_hits: self.cache_hits + other.cache_hits,
        }
    }
}

/// The numbers of an engine's report (`adapter_response`) that parts of a node's work have each.
const ADDED: [&str; 5] = ["bytes_processed", "bytes_billed", "slot_ms", "cache_hits", "jobs"];

/// Adds the report of a part of a node's work to those before it: numbers are summed, of all else the
/// last counts.
pub fn add_response(all: &mut Map<String, Value>, more: &Map<String, Value>) {
    for (key, value) in more {
        let sum = match (ADDED.contains(&key.as_str()), all.get(key).and_then(Value::as_u64)) {
            (true, Some(before)) => value.as_u64().map(|more| Value::from(before + more)),
            _ => None,
        };
        all.insert(key.clone(), sum.unwrap_or_else(|| value.clone()));
    }
}

/// What bytes or slots cost the user.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prices {
    /// Money for each TiB billed.
    pub per_tib: f64,
    /// Money for each hour of a slot; given, slots are what is paid for, and not bytes.
    pub per_slot_hour: Option<f64>,
}

impl Default for Prices {
    fn default() -> Self {
        Self { per_tib: DEFAULT_PRICE_PER_TIB, per_slot_hour: None }
    }
}

impl Prices {
    /// The money for a cost.
    pub fn money(&self, cost: &Cost) -> f64 {
        match self.per_slot_hour {
            Some(price) => cost.slot_ms as f64 / MS_PER_HOUR * price,
            None => self.of_bytes(cost.bytes_billed),
        }
    }

    /// The money for bytes billed on demand.
    fn of_bytes(&self, bytes: u64) -> f64 {
        bytes as f64 / TIB * self.per_tib
    }

    /// The money for bytes that will be read; none where slots are paid for, of which nobody knows how
    /// many will be used.
    pub fn of_estimate(&self, bytes: u64) -> Option<f64> {
        self.per_slot_hour.is_none().then(|| self.of_bytes(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_or_slots_are_paid_for() {
        let cost = Cost { bytes_billed: 1 << 40, slot_ms: 7_200_000, ..Cost::default() };
        assert_eq!(Prices::default().money(&cost), DEFAULT_PRICE_PER_TIB);
        let slots = Prices { per_slot_hour: Some(0.06), ..Prices::default() };
        assert_eq!(slots.money(&cost), 0.12);
        assert_eq!(Prices::default().of_estimate(1 << 40), Some(DEFAULT_PRICE_PER_TIB));
        assert_eq!(slots.of_estimate(1 << 40), None);
    }

    #[test]
    fn parts_of_a_nodes_work_are_summed() {
        let part = |bytes: u64, job: &str| {
            let response =
                serde_json::json!({"bytes_billed": bytes, "code": "MERGE", "job_id": job});
            response.as_object().cloned().unwrap_or_default()
        };
        let mut all = Map::new();
        add_response(&mut all, &part(3, "one"));
        add_response(&mut all, &part(4, "two"));
        assert_eq!(all, part(7, "two"));
    }
}
