//! Short names of keys and messages.

use md5::{Digest, Md5};

use crate::relation::Dialect;

/// The digits of the hash that a place in the filter is made of: 52 bits, which every engine's
/// integers hold.
const DIGITS: usize = 13;

/// What tells a key or a message apart, in 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mark([u8; 16]);

impl Mark {
    /// The mark of a text; `kind` keeps keys and messages apart. MD5, since both engines have it:
    /// nothing here is a secret, and whoever makes two messages of one mark loses only their own.
    pub fn of(kind: &str, text: &str) -> Self {
        let mut hash = Md5::new();
        hash.update(kind);
        hash.update(text);
        Self(hash.finalize().into())
    }

    /// The number that a filter places it by.
    pub fn number(self) -> u64 {
        let mut first = [0; 8];
        first.copy_from_slice(&self.0[..8]);
        u64::from_be_bytes(first) >> (64 - 4 * DIGITS)
    }

    /// [`Mark::number`] of a column's text, in SQL.
    pub fn number_sql(dialect: Dialect, kind: &str, column: &str) -> String {
        let hash = match dialect {
            Dialect::GoogleSql => format!("to_hex(md5(concat('{kind}', {column})))"),
            Dialect::DuckDb => format!("md5('{kind}' || {column})"),
        };
        let integer = match dialect {
            Dialect::GoogleSql => "int64",
            Dialect::DuckDb => "bigint",
        };
        format!("cast(concat('0x', substr({hash}, 1, {DIGITS})) as {integer})")
    }
}
