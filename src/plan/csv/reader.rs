//! Reading CSV (RFC 4180) row by row, with places, and knowing what was quoted.

use std::io::BufRead;

/// Bytes of one row at most. A longer one is a file that is not a CSV.
pub const MAX_ROW_BYTES: usize = 16 * 1024 * 1024;

/// A value of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// The text, quotes taken off.
    pub text: String,
    /// Whether it was quoted: `""` is an empty text, nothing at all is NULL.
    pub quoted: bool,
    /// 1-based line where it begins.
    pub line: u32,
    /// 1-based column, in characters, where it begins.
    pub column: u32,
}

/// A row, reused from one to the next.
#[derive(Clone, Debug, Default)]
pub struct Row {
    fields: Vec<Field>,
    count: usize,
    /// 1-based line where it begins.
    pub line: u32,
}

impl Row {
    /// The values.
    pub fn fields(&self) -> &[Field] {
        &self.fields[..self.count]
    }

    fn begin_field(&mut self, line: u32, column: u32) {
        if self.count == self.fields.len() {
            self.fields.push(Field::default());
        }
        let field = &mut self.fields[self.count];
        field.text.clear();
        field.quoted = false;
        field.line = line;
        field.column = column;
        self.count += 1;
    }
}

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} (line {line}, column {column})")]
pub struct CsvError {
    /// What is wrong.
    pub message: String,
    /// 1-based line.
    pub line: u32,
    /// 1-based column in characters.
    pub column: u32,
}

/// Reads rows. Blank lines between rows are skipped, as Python's `csv` does.
pub struct Reader<R> {
    input: R,
    delimiter: u8,
    line: u32,
    buffer: Vec<u8>,
    row: Row,
}

impl<R: BufRead> Reader<R> {
    /// A reader of `input` with values parted by `delimiter` (an ASCII byte).
    pub fn new(input: R, delimiter: u8) -> Self {
        Self { input, delimiter, line: 0, buffer: Vec::new(), row: Row::default() }
    }

    /// The next row; none at the end.
    ///
    /// # Errors
    /// A quote that does not end, text behind an ending quote, bytes that are not UTF-8, a row
    /// longer than [`MAX_ROW_BYTES`], or a file that cannot be read.
    pub fn next_row(&mut self) -> Result<Option<&Row>, CsvError> {
        loop {
            self.buffer.clear();
            if !self.read_line()? {
                return Ok(None);
            }
            if !trimmed(&self.buffer).is_empty() {
                break;
            }
        }
        self.row.count = 0;
        self.row.line = self.line;
        self.split()?;
        Ok(Some(&self.row))
    }

    /// Reads one more line into the buffer; whether there was one.
    fn read_line(&mut self) -> Result<bool, CsvError> {
        let before = self.buffer.len();
        let limit = (MAX_ROW_BYTES + 1).saturating_sub(before) as u64;
        let mut limited = std::io::Read::take(&mut self.input, limit);
        let read = limited.read_until(b'\n', &mut self.buffer).map_err(|error| CsvError {
            message: error.to_string(),
            line: self.line + 1,
            column: 1,
        })?;
        if self.buffer.len() > MAX_ROW_BYTES {
            let limit = MAX_ROW_BYTES / 1024 / 1024;
            let message = format!("the row is longer than {limit} MiB: this is not a CSV file");
            return Err(CsvError { message, line: self.line + 1, column: 1 });
        }
        if read == 0 {
            return Ok(false);
        }
        self.line += 1;
        if self.line == 1 && self.buffer.starts_with(b"\xef\xbb\xbf") {
            self.buffer.drain(..3);
        }
        Ok(true)
    }

    fn split(&mut self) -> Result<(), CsvError> {
        let mut at = 0;
        let mut line_start = 0;
        loop {
            let (line, column) = (self.line, self.column(line_start, at)?);
            self.row.begin_field(line, column);
            at = if self.buffer.get(at) == Some(&b'"') {
                self.quoted(at + 1, &mut line_start, line, column)?
            } else {
                let end = trimmed(&self.buffer).len();
                let rest = &self.buffer[at.min(end)..end];
                let length =
                    rest.iter().position(|byte| *byte == self.delimiter).unwrap_or(rest.len());
                self.take(at, at + length, line_start)?;
                at + length
            };
            let end = trimmed(&self.buffer).len();
            if at >= end {
                return Ok(());
            }
            // Here stands a delimiter: the field's end was checked.
            at += 1;
        }
    }

    /// Reads a quoted value from behind its quote; the place behind the ending one.
    fn quoted(
        &mut self,
        mut at: usize,
        line_start: &mut usize,
        line: u32,
        column: u32,
    ) -> Result<usize, CsvError> {
        self.current().quoted = true;
        loop {
            let Some(length) = self.buffer[at..].iter().position(|byte| *byte == b'"') else {
                let until = self.buffer.len();
                self.take(at, until, *line_start)?;
                if !self.read_line()? {
                    let message = "the quote that begins here does not end".to_owned();
                    return Err(CsvError { message, line, column });
                }
                *line_start = until;
                at = until;
                continue;
            };
            self.take(at, at + length, *line_start)?;
            at += length + 1;
            match self.buffer.get(at) {
                Some(b'"') => {
                    self.current().text.push('"');
                    at += 1;
                }
                Some(byte) if *byte == self.delimiter => return Ok(at),
                _ if at >= trimmed(&self.buffer).len() => return Ok(at),
                _ => {
                    let column = self.column(*line_start, at)?;
                    let message = "text behind the ending quote".to_owned();
                    return Err(CsvError { message, line: self.line, column });
                }
            }
        }
    }

    fn current(&mut self) -> &mut Field {
        let at = self.row.count - 1;
        &mut self.row.fields[at]
    }

    /// Adds bytes to the current value.
    fn take(&mut self, from: usize, to: usize, line_start: usize) -> Result<(), CsvError> {
        match std::str::from_utf8(&self.buffer[from..to]) {
            Ok(text) => {
                let at = self.row.count - 1;
                self.row.fields[at].text.push_str(text);
                Ok(())
            }
            Err(error) => Err(CsvError {
                message: "the text is not UTF-8".to_owned(),
                line: self.line,
                column: self.column(line_start, from + error.valid_up_to()).unwrap_or(1),
            }),
        }
    }

    /// The 1-based column, in characters, of a place of the current line.
    fn column(&self, line_start: usize, at: usize) -> Result<u32, CsvError> {
        let bytes = &self.buffer[line_start.min(at)..at.min(self.buffer.len())];
        Ok(String::from_utf8_lossy(bytes).chars().count() as u32 + 1)
    }
}

/// Without the line end.
fn trimmed(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Vec<String>>, String> {
        let mut reader = Reader::new(text.as_bytes(), b',');
        let mut rows = Vec::new();
        while let Some(row) = reader.next_row().map_err(|error| error.to_string())? {
            let show = |field: &Field| match field.quoted {
                true => format!("'{}'", field.text),
                false => field.text.clone(),
            };
            rows.push(row.fields().iter().map(show).collect());
        }
        Ok(rows)
    }

    #[test]
    fn quotes_line_ends_and_the_byte_order_mark() {
        let rows =
            read("\u{feff}a,b\r\n\"x\n\"\"y\"\"\",\r\n\r\n,\"\"\n\"é\",z").unwrap_or_default();
        let wanted = [vec!["a", "b"], vec!["'x\n\"y\"'", ""], vec!["", "''"], vec!["'é'", "z"]];
        assert_eq!(rows, wanted);
    }

    #[test]
    fn mistakes_have_places() {
        let wanted = "the quote that begins here does not end (line 2, column 3)";
        assert_eq!(read("a,b\n1,\"x\n\n"), Err(wanted.to_owned()));
        let wanted = "text behind the ending quote (line 2, column 6)";
        assert_eq!(read("a,b\n1,\"x\"y\n"), Err(wanted.to_owned()));
        let mut reader = Reader::new(&b"a\n\xc3\xa9\xff\n"[..], b',');
        reader.next_row().expect("the header is read");
        let error = reader.next_row().expect_err("not UTF-8");
        assert_eq!(error.to_string(), "the text is not UTF-8 (line 2, column 2)");
    }

    #[test]
    fn a_delimiter_at_the_end_is_one_more_value() {
        assert_eq!(read("a,\n"), Ok(vec![vec!["a".to_owned(), String::new()]]));
    }
}
