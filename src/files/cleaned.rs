//! Cleaned files, read as what the file of removed units says they are.

use std::path::Path;

use super::codec::Codec;
use super::discover::text_source;
use super::error::FileError;
use super::read::Source;
use super::removed::FileFormat;
use super::sniff::Format;

impl Source {
    /// A file of a known format, whatever its name and its first bytes say. What is [`FileFormat::Other`] is taken for one
    /// text, plain.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn of_file(path: &Path, format: FileFormat) -> Result<Self, FileError> {
        Ok(text_source(path)?.of_format(format))
    }

    /// The same file, whose content begins with a byte order mark or not, whatever it looks like.
    #[must_use]
    pub fn with_mark(mut self, mark: bool) -> Self {
        self.mark = Some(mark);
        self
    }

    /// The same file, read as one of another format.
    #[must_use]
    pub fn of_format(mut self, format: FileFormat) -> Self {
        self.unread = None;
        (self.format, self.codec) = match format {
            FileFormat::Jsonl => (Format::Jsonl, self.codec),
            FileFormat::Text => (Format::Text, self.codec),
            FileFormat::Parquet => (Format::Parquet, Codec::Plain),
            FileFormat::Other => (Format::Text, Codec::Plain),
        };
        self
    }
}

impl From<Format> for FileFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Jsonl => Self::Jsonl,
            Format::Parquet => Self::Parquet,
            Format::Text => Self::Text,
        }
    }
}
