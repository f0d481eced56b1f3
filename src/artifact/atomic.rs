//! Writing a file so that nobody ever reads half of it.

use std::{io, path::Path};

use crate::project::Scrubber;

/// Writes beside `path` and renames, making the folder first.
///
/// # Errors
/// Whatever the file system says.
pub fn write_atomically(path: &Path, contents: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let beside = path.with_file_name(name);
    let written = std::fs::write(&beside, contents).and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written
}

/// Writes JSON as [`write_atomically`] does, without secrets.
///
/// # Errors
/// Whatever the file system says.
pub fn write_json(
    path: &Path,
    mut value: serde_json::Value,
    scrubber: &Scrubber,
) -> io::Result<()> {
    scrubber.scrub_json(&mut value);
    write_atomically(path, value.to_string().as_bytes())
}
