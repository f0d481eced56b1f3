//! What a fetch gives.

use std::path::{Path, PathBuf};

/// A payload in a file, with where it came from. A file made for this load goes with the value.
#[derive(Debug)]
pub struct Payload {
    /// The path relative to the project root, or the address without its query.
    pub uri: String,
    file: PathBuf,
    temporary: bool,
}

impl Payload {
    /// One in a file that is somebody's.
    pub fn kept(uri: String, file: PathBuf) -> Self {
        Self { uri, file, temporary: false }
    }

    /// One in a file that was made for this load.
    pub fn temporary(uri: String, file: PathBuf) -> Self {
        Self { uri, file, temporary: true }
    }

    /// The file that holds it.
    pub fn file(&self) -> &Path {
        &self.file
    }
}

impl Drop for Payload {
    fn drop(&mut self) {
        if self.temporary {
            // A file left behind is in the way of nobody.
            let _ = std::fs::remove_file(&self.file);
        }
    }
}
