//! What a Parquet file says of itself is checked before the decoders trust it: they allocate what a header asks for.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use ::parquet::basic::Encoding;
use ::parquet::column::page::{Page, PageMetadata, PageReader};
use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use ::parquet::file::reader::ChunkReader;

use super::thrift::{PageHeader, delta_packed, is_sound, says_encrypted};
use crate::files::members::Refused;

/// Rows that a file may have whatever its size, and for each of its bytes: a column of nulls takes next to nothing.
const FREE_ROWS: u64 = 1 << 20;
const ROWS_A_BYTE: u64 = 100;

/// An error that needs no more words than the name of the file.
pub(super) fn refused(reason: impl Into<String>) -> ParquetError {
    ParquetError::External(Box::new(Refused(reason.into())))
}

pub(super) fn lies(what: &str) -> ParquetError {
    ParquetError::General(format!("the file contradicts itself: {what}"))
}

/// Refuses what is encrypted, in whole or in part. (The metadata of encrypted columns would be lost in a copy.)
pub(super) fn check_encryption(file: &File, size: u64) -> Result<()> {
    let Some(end) = size.checked_sub(8) else { return Ok(()) };
    let tail = file.get_bytes(end, 8)?;
    let encrypted = if &tail[4..] == b"PARE" {
        true
    } else {
        let length = u64::from(u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]));
        match end.checked_sub(length) {
            // the reader says what is wrong
            None => false,
            Some(start) => {
                let metadata = file.get_bytes(start, usize::try_from(length)?)?;
                if says_encrypted(&metadata) {
                    true
                } else if is_sound(&metadata) {
                    false
                } else {
                    return Err(lies("the metadata ends before it is complete"));
                }
            }
        }
    };
    if encrypted {
        return Err(refused(
            "encrypted Parquet, which cannot be read; write it again without encryption",
        ));
    }
    Ok(())
}

/// The number of rows, if it can be true.
pub(super) fn check_rows(metadata: &ParquetMetaData, size: u64) -> Result<u64> {
    let mut rows = 0_u64;
    for group in metadata.row_groups() {
        let here = u64::try_from(group.num_rows()).map_err(|_| lies("a row group has fewer than no rows"))?;
        rows = rows.saturating_add(here);
    }
    check_count(rows, "rows", size)?;
    Ok(rows)
}

/// Refuses a number of rows, or of values of a column, that cannot be true.
pub(super) fn check_count(count: u64, what: &str, size: u64) -> Result<()> {
    if count > FREE_ROWS.max(size.saturating_mul(ROWS_A_BYTE)) {
        return Err(lies(&format!("{count} {what} in {size} bytes")));
    }
    Ok(())
}

/// The pages of a column chunk.
pub(super) struct CheckedPages {
    pages: Box<dyn PageReader>,
    file: File,
    /// Where the next page begins, and the chunk ends.
    at: u64,
    end: u64,
    /// Values of the chunk, null or not, that are in none of the pages so far.
    values: u64,
    /// Bytes that the pages may still unpack to.
    unpacked: u64,
    /// How many sorts of levels stand before the values: of repetition, of definition.
    levels: usize,
}

impl CheckedPages {
    /// `values`: how many there are, one a row where there are no lists. `size`: bytes of the file. `limit`: most bytes that all pages may unpack to.
    pub(super) fn new(
        pages: Box<dyn PageReader>,
        file: File,
        chunk: &ColumnChunkMetaData,
        values: u64,
        size: u64,
        limit: u64,
    ) -> Result<Self> {
        let column = chunk.column_descr();
        let (at, length) = chunk.byte_range();
        let end = at.checked_add(length).filter(|end| *end <= size);
        Ok(Self {
            pages,
            file,
            at,
            end: end.ok_or_else(|| lies("a column reaches beyond the end of the file"))?,
            values,
            unpacked: limit,
            levels: usize::from(column.max_rep_level() > 0) + usize::from(column.max_def_level() > 0),
        })
    }

    fn header(&mut self) -> Result<Option<PageHeader>> {
        let left = self.end - self.at;
        if left == 0 {
            return Ok(None);
        }
        // most are short; those with statistics on long texts are not
        let mut length = 256;
        loop {
            let mut bytes = Vec::new();
            self.file.seek(SeekFrom::Start(self.at))?;
            (&self.file).take(length.min(left)).read_to_end(&mut bytes)?;
            match PageHeader::read(&bytes) {
                Some(header) => return Ok(Some(header)),
                None if length >= left => return Err(lies("a page has no header")),
                None => length *= 16,
            }
        }
    }

    /// Checks the next page by its header.
    fn check(&mut self) -> Result<()> {
        while let Some(header) = self.header()? {
            let negative = |_| lies("a size is below zero");
            let packed = u64::try_from(header.packed).map_err(negative)?;
            let unpacked = u64::try_from(header.unpacked).map_err(negative)?;
            let values = u64::try_from(header.values).map_err(negative)?;
            let next = self.at + header.length + packed;
            if next > self.end {
                return Err(lies("a page reaches beyond the end of its column"));
            }
            self.at = next;
            self.unpacked = self.unpacked.checked_sub(unpacked).ok_or_else(too_large)?;
            match header.kind {
                // values of a dictionary take four bytes or more, each
                2 if values > unpacked => return Err(lies("a dictionary has more values than bytes")),
                0 | 3 => {
                    self.values = self
                        .values
                        .checked_sub(values)
                        .ok_or_else(|| lies("a column has more values than there should be"))?;
                }
                // an index is passed over by the reader, too
                1 => continue,
                _ => {}
            }
            break;
        }
        Ok(())
    }

    /// Checks how many values a page claims inside, by the encodings that allocate as many.
    fn check_values(&self, page: &Page) -> Result<()> {
        let encoding = page.encoding();
        let prefixed = encoding == Encoding::DELTA_BYTE_ARRAY;
        if !prefixed
            && !matches!(
                encoding,
                Encoding::DELTA_LENGTH_BYTE_ARRAY | Encoding::DELTA_BINARY_PACKED
            )
        {
            return Ok(());
        }
        let bytes = page.buffer();
        let levels = match page {
            Page::DataPageV2 {
                def_levels_byte_len,
                rep_levels_byte_len,
                ..
            } => *def_levels_byte_len as usize + *rep_levels_byte_len as usize,
            Page::DataPage {
                def_level_encoding,
                rep_level_encoding,
                ..
            } => {
                let mut end = 0_usize;
                for encoding in [rep_level_encoding, def_level_encoding].iter().skip(2 - self.levels) {
                    let length = bytes.get(end..).and_then(|bytes| bytes.first_chunk());
                    let (Encoding::RLE, Some(length)) = (*encoding, length) else {
                        return Err(lies("a page has no levels"));
                    };
                    end = end
                        .saturating_add(u32::from_le_bytes(*length) as usize)
                        .saturating_add(4);
                }
                end
            }
            Page::DictionaryPage { .. } => 0,
        };
        let mut values = bytes.get(levels..).unwrap_or_default();
        for _ in 0..=usize::from(prefixed) {
            // a page without values has no head
            if values.is_empty() {
                return Ok(());
            }
            let Some((count, end)) = delta_packed(values) else {
                return Err(lies("packed numbers end too early"));
            };
            if count > u64::from(page.num_values()) {
                return Err(lies("a page holds more values than it says"));
            }
            values = &values[end..];
        }
        Ok(())
    }
}

pub(super) fn too_large() -> ParquetError {
    refused(
        "its columns unpack to more than the limit, 1 GiB or a hundred times its size if none is set: it may be a \
         decompression bomb; if it is not, raise the limit (with the program: --max-unpacked)",
    )
}

impl Iterator for CheckedPages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for CheckedPages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        self.check()?;
        let page = self.pages.get_next_page()?;
        if let Some(page) = &page {
            self.check_values(page)?;
        }
        Ok(page)
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.pages.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.check()?;
        self.pages.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.pages.at_record_boundary()
    }
}
