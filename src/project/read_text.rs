//! Reading one text file of the user's.

use std::{io::Read, path::Path, sync::Arc};

use crate::diagnostic::{Diagnostic, SourceFile, Span};

/// A file of a project at most: what a person wrote stays far below, and a data file that has
/// strayed into a model folder is told from it.
pub const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;
/// Shown of a file that is not text, at most: enough for the line with the first bad byte.
const MAX_SHOWN_BYTES: usize = 100_000;

/// Reads the file at `absolute`, shown to the user as `shown`. A byte order mark is dropped.
pub fn read_text(absolute: &Path, shown: &str) -> Result<Arc<SourceFile>, Diagnostic> {
    let bytes = read_bytes(absolute, shown)?;
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return Err(not_text(error.as_bytes(), error.utf8_error(), shown)),
    };
    if let Some(at) = text.bytes().position(|byte| byte == 0) {
        return Err(binary(shown, at));
    }
    match text.strip_prefix('\u{feff}') {
        Some(stripped) => Ok(SourceFile::new(shown, stripped)),
        None => Ok(SourceFile::new(shown, text)),
    }
}

fn read_bytes(absolute: &Path, shown: &str) -> Result<Vec<u8>, Diagnostic> {
    let failed = |error: std::io::Error| {
        Diagnostic::error("unreadable-file", format!("`{shown}` cannot be read: {error}"))
    };
    let file = std::fs::File::open(absolute).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    let mut bytes = Vec::with_capacity(size.min(MAX_FILE_BYTES) as usize + 1);
    // The limit holds for what is read, not for what the file system says: a pipe has no size.
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(Diagnostic::error(
            "file-too-large",
            format!("`{shown}` is larger than {} MiB", MAX_FILE_BYTES / (1024 * 1024)),
        )
        .help("move data to a seed or a source, and keep models and properties small"));
    }
    Ok(bytes)
}

fn binary(shown: &str, at: usize) -> Diagnostic {
    Diagnostic::error("not-text", format!("`{shown}` is not text: byte {} is zero", at + 1))
        .at(Span::new(&SourceFile::new(shown, ""), 0..0), "")
        .help("remove the file, name it in `.dbtignore`, or save it as UTF-8")
}

fn not_text(bytes: &[u8], error: std::str::Utf8Error, shown: &str) -> Diagnostic {
    let at = error.valid_up_to();
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Diagnostic::error("not-utf8", format!("`{shown}` is not UTF-8 but UTF-16"))
            .at(Span::new(&SourceFile::new(shown, ""), 0..0), "")
            .help("save the file as UTF-8");
    }
    if let Some(zero) = bytes.iter().position(|byte| *byte == 0) {
        return binary(shown, zero);
    }
    let end = bytes.len().min(at.saturating_add(200));
    let start = at.saturating_sub(MAX_SHOWN_BYTES);
    let text = String::from_utf8_lossy(&bytes[..end]);
    let diagnostic =
        Diagnostic::error("not-utf8", format!("`{shown}` is not UTF-8: byte {} is wrong", at + 1))
            .help("save the file as UTF-8");
    if start > 0 {
        return diagnostic.at(Span::new(&SourceFile::new(shown, ""), 0..0), "");
    }
    let file = SourceFile::new(shown, text);
    let width = char::REPLACEMENT_CHARACTER.len_utf8();
    diagnostic.at(Span::new(&file, at..at + width), "the first wrong byte")
}
