//! Rows on their way into the warehouse, kept in a file: memory does not grow with a payload, and a
//! transaction that is tried again can read them again.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

/// A file of rows, one JSON list of texts a line. It goes when the value goes.
pub struct Spool {
    path: PathBuf,
    out: BufWriter<File>,
    rows: u64,
}

impl Spool {
    /// An empty file of that name in a folder, which is made.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn create(folder: &Path, name: &str) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let path = folder.join(name);
        let out = BufWriter::new(File::create(&path)?);
        Ok(Self { path, out, rows: 0 })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// Whatever the file system says: no space, for instance.
    pub fn push(&mut self, row: &[Option<String>]) -> std::io::Result<()> {
        serde_json::to_writer(&mut self.out, row)?;
        self.rows += 1;
        self.out.write_all(b"\n")
    }

    /// Writes out what is held back, and gives the file.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn finish(&mut self) -> std::io::Result<&Path> {
        self.out.flush()?;
        Ok(&self.path)
    }

    /// The rows so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        // A file left behind is in the way of nobody.
        let _ = std::fs::remove_file(&self.path);
    }
}
