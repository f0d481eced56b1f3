//! What a plan would read, before it runs.

use super::AdapterError;

/// What each step of a plan would read.
#[derive(Clone, Debug, Default)]
pub struct PlanEstimate {
    /// The steps that read or write data, in order.
    pub steps: Vec<StepEstimate>,
}

/// What one step would read.
#[derive(Clone, Debug)]
pub struct StepEstimate {
    /// The step's number in the plan, from 0.
    pub step: usize,
    /// What it does, in a few words (`merge into silver.orders`).
    pub what: String,
    /// Bytes it would read.
    pub bytes: Bytes,
    /// What the warehouse says is wrong with it.
    pub problem: Option<AdapterError>,
    /// What it reads that is not there: wrong, unless it is when the step's turn comes.
    pub missing: Option<AdapterError>,
}

/// A number of bytes, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bytes {
    /// So many.
    Exactly(u64),
    /// So many or fewer: clustering, or a filter known only when the step runs, may spare some.
    AtMost(u64),
    /// Not known: it reads what an earlier step or node makes.
    #[default]
    Unknown,
}

impl Bytes {
    /// The number, where there is one.
    pub fn number(self) -> Option<u64> {
        match self {
            Self::Exactly(number) | Self::AtMost(number) => Some(number),
            Self::Unknown => None,
        }
    }

    /// Both together; unknown only where neither is known.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Exactly(one), Self::Exactly(two)) => Self::Exactly(one + two),
            (Self::Unknown, other) | (other, Self::Unknown) => other,
            (one, two) => Self::AtMost(one.number().unwrap_or(0) + two.number().unwrap_or(0)),
        }
    }
}

impl PlanEstimate {
    /// All steps together.
    pub fn total(&self) -> Bytes {
        let all = self.steps.iter().map(|step| step.bytes);
        all.reduce(Bytes::plus).unwrap_or(Bytes::Exactly(0))
    }

    /// Whether some step's bytes are not known.
    pub fn is_partial(&self) -> bool {
        self.steps.iter().any(|step| step.bytes == Bytes::Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_adds_nothing() {
        let at_most = Bytes::AtMost(3);
        assert_eq!(Bytes::Exactly(2).plus(Bytes::Exactly(3)), Bytes::Exactly(5));
        assert_eq!(Bytes::Exactly(2).plus(at_most), Bytes::AtMost(5));
        assert_eq!(Bytes::Unknown.plus(at_most), at_most);
        assert_eq!(Bytes::Unknown.plus(Bytes::Unknown), Bytes::Unknown);
    }
}
