//! What a feed's contract allows.

/// What happens to data that a table's typed columns do not provide for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The table changes: columns are added, types widened, and where a type cannot be widened the
    /// value gets a column of its own.
    Evolve,
    /// The load fails, and nothing of it lands.
    Freeze,
    /// The row lands, the value is NULL in its column.
    DiscardValue,
    /// The row becomes a dead letter.
    DiscardRow,
}

impl Mode {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Evolve, Self::Freeze, Self::DiscardValue, Self::DiscardRow];

    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Evolve => "evolve",
            Self::Freeze => "freeze",
            Self::DiscardValue => "discard_value",
            Self::DiscardRow => "discard_row",
        }
    }

    /// The mode of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == word)
    }
}

/// A feed's contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contract {
    /// Of fields that the table has no column for.
    pub columns: Mode,
    /// Of values that a column's type does not hold.
    pub data_type: Mode,
}

impl Contract {
    /// The same for both.
    pub fn of(mode: Mode) -> Self {
        Self { columns: mode, data_type: mode }
    }
}
