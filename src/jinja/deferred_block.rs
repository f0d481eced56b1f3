//! `{% call(row) macro() %}`: a block with arguments, called from another template.
//!
//! The block can only run where it is written, and the macro runs in a template of its own. So each
//! `caller(…)` leaves a placeholder and its arguments behind, and the block runs for each of them
//! when the macro is done.

use std::sync::{Arc, Mutex, PoisonError};

use minijinja::{
    Error, State, Value,
    value::{Object, ObjectRepr},
};

/// Opens a placeholder: a private-use character that no SQL holds.
const OPEN: char = '\u{F8A2}';
/// Closes a placeholder.
const CLOSE: char = '\u{F8A3}';

/// The block and the arguments it is to be called with.
#[derive(Debug)]
pub struct DeferredBlock {
    block: Value,
    calls: Mutex<Vec<Vec<Value>>>,
}

impl DeferredBlock {
    /// A block to be called later.
    pub fn new(block: Value) -> Arc<Self> {
        Arc::new(Self { block, calls: Mutex::default() })
    }

    /// The text with each placeholder replaced by what the block gives.
    pub fn fill(&self, state: &mut State<'_, '_>, mut text: String) -> Result<String, Error> {
        let calls = std::mem::take(&mut *self.calls.lock().unwrap_or_else(PoisonError::into_inner));
        for (number, args) in calls.iter().enumerate() {
            let placeholder = format!("{OPEN}{number}{CLOSE}");
            if text.contains(&placeholder) {
                let written = self.block.call(state, args)?.to_string();
                text = text.replace(&placeholder, &written);
            }
        }
        Ok(text)
    }
}

impl Object for DeferredBlock {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, _state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.push(args.to_vec());
        Ok(Value::from(format!("{OPEN}{}{CLOSE}", calls.len() - 1)))
    }
}
