//! What a fetch gives.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use flate2::bufread::MultiGzDecoder;

use crate::ingest::StateEntry;

/// What every gzip file begins with (<https://www.rfc-editor.org/rfc/rfc1952>).
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
/// Bytes read at once: fewer calls for files of gigabytes, and small beside a record.
const BUFFER_BYTES: usize = 128 * 1024;

/// A payload in a file, with where it came from. A file made for this load goes with the value.
#[derive(Debug)]
pub struct Payload {
    /// The path relative to the project root, or the address without its query.
    pub uri: String,
    file: PathBuf,
    temporary: bool,
    landed: Option<StateEntry>,
}

impl Payload {
    /// One in a file that is somebody's.
    pub fn kept(uri: String, file: PathBuf) -> Self {
        Self { uri, file, temporary: false, landed: None }
    }

    /// One in a file that was made for this load.
    pub fn temporary(uri: String, file: PathBuf) -> Self {
        Self { uri, file, temporary: true, landed: None }
    }

    /// The same, with what is to be remembered when all of its records have landed.
    pub fn remembered_as(self, landed: Option<StateEntry>) -> Self {
        let mut payload = self;
        payload.landed = landed;
        payload
    }

    /// What is to be remembered when all of its records have landed.
    pub fn landed(&self) -> Option<StateEntry> {
        self.landed.clone()
    }

    /// The file that holds it, compressed or not.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Whether it is gzip, whatever it is named.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn is_zipped(&self) -> std::io::Result<bool> {
        let mut input = BufReader::new(File::open(&self.file)?);
        Ok(input.fill_buf()?.starts_with(&GZIP_MAGIC))
    }

    /// Its content from the beginning, unzipped where it is gzip, whatever it is named.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn open(&self) -> std::io::Result<Box<dyn BufRead + Send>> {
        let mut input = BufReader::with_capacity(BUFFER_BYTES, File::open(&self.file)?);
        // A buffer of a file is filled by one read: a file of two bytes or more gives two.
        let zipped = input.fill_buf()?.starts_with(&GZIP_MAGIC);
        Ok(match zipped {
            true => {
                let unzipped = Unzipped { input: MultiGzDecoder::new(input) };
                Box::new(BufReader::with_capacity(BUFFER_BYTES, unzipped))
            }
            false => Box::new(input),
        })
    }
}

/// Gzip whose faults are told as what they are.
struct Unzipped<R> {
    input: MultiGzDecoder<R>,
}

impl<R: BufRead> Read for Unzipped<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.input.read(buffer).map_err(|error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => {
                std::io::Error::other("broken gzip: it breaks off")
            }
            kind => std::io::Error::new(kind, format!("broken gzip: {error}")),
        })
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
