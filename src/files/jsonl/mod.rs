//! JSON Lines: blocks of whole lines, parsed side by side, in order.

#[cfg(test)]
mod growth;
#[cfg(any(test, fuzzing))]
pub(crate) mod oracle;
mod parse;
mod scan;
#[cfg(test)]
mod tests;

use std::io::Read;

use rayon::prelude::*;

pub(crate) use parse::{Wanted, listed, no_field};

use super::edit::{self, Edit};
use super::members::Refused;
use super::read::ReadOptions;
use super::record::{Batch, Fields, Item, Place};
use crate::steps::looked;

/// Bytes of a block, which the processor's cache holds with its texts; a longer line makes a longer block.
const BLOCK: usize = 1 << 20;

/// Most bytes of a line: what spans of 32 bits can count.
const LONGEST: usize = if usize::BITS > 32 {
    u32::MAX as usize
} else {
    usize::MAX >> 2
};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Some whole lines of a file.
#[derive(Debug)]
pub(crate) struct Block {
    data: Vec<u8>,
    /// Where it begins in the unpacked file.
    byte: u64,
    /// Number of its first line, from 1.
    line: u64,
}

#[cfg(fuzzing)]
impl Block {
    pub(crate) fn into_data(self) -> Vec<u8> {
        self.data
    }
}

/// Cuts a stream into blocks of whole lines.
pub(crate) struct Blocks<R> {
    reader: R,
    /// What was read after the last line end.
    rest: Vec<u8>,
    byte: u64,
    line: u64,
    end: bool,
    size: usize,
    longest: usize,
}

impl<R: Read> Blocks<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self::with_size(reader, BLOCK)
    }

    pub(crate) fn with_size(reader: R, size: usize) -> Self {
        Self {
            reader,
            rest: Vec::new(),
            byte: 0,
            line: 1,
            end: false,
            size,
            longest: LONGEST,
        }
    }

    /// Where the next block begins in the unpacked file.
    pub(crate) fn byte(&self) -> u64 {
        self.byte
    }

    /// The next block; `None` after the last.
    pub(crate) fn next_block(&mut self) -> std::io::Result<Option<Block>> {
        let mut data = std::mem::take(&mut self.rest);
        while !self.end {
            let before = data.len();
            // a line longer than a block: read on in steps that grow with it
            let want = if before < self.size { self.size - before } else { before };
            if before > self.longest {
                return Err(std::io::Error::other(Refused(format!(
                    "line {} is longer than {} bytes; split it, or check whether the file holds JSON Lines",
                    self.line, self.longest
                ))));
            }
            data.resize(before + want, 0);
            let read = fill(&mut self.reader, &mut data[before..])?;
            // what is made larger is copied, half of the times at most
            looked(before + read);
            data.truncate(before + read);
            self.end = read < want;
            if self.end {
                break;
            }
            if let Some(at) = memchr::memrchr(b'\n', &data[before..]) {
                self.rest = Vec::with_capacity(self.size);
                self.rest.extend_from_slice(&data[before + at + 1..]);
                data.truncate(before + at + 1);
                break;
            }
        }
        if data.is_empty() {
            return Ok(None);
        }
        let block = Block {
            data,
            byte: self.byte,
            line: self.line,
        };
        self.byte += block.data.len() as u64;
        self.line += memchr::memchr_iter(b'\n', &block.data).count() as u64;
        Ok(Some(block))
    }
}

/// Reads until `buffer` is full or there is no more.
pub(crate) fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Reads the records of a block, on all threads of the current rayon pool, in order; of those lines only that `asked`
/// says, by their number. The others are taken for blank.
pub(crate) fn parse_block(
    block: Block,
    options: &ReadOptions,
    mark: Option<bool>,
    asked: &mut dyn FnMut(u64) -> bool,
) -> Batch {
    let Block { data, byte, line } = block;
    let head = if byte == 0 && mark != Some(false) && data.starts_with(BOM) {
        BOM.len()
    } else {
        0
    };
    let mut starts = vec![head];
    starts.extend(
        memchr::memchr_iter(b'\n', &data)
            .map(|at| at + 1)
            .filter(|&at| at >= head),
    );
    if starts.last().is_some_and(|&at| at < data.len()) {
        starts.push(data.len());
    }
    let asked: Vec<bool> = (line..).take(starts.len() - 1).map(asked).collect();
    let wanted = Wanted::new(options);
    let items = starts
        .par_windows(2)
        .enumerate()
        .map(|(index, ends)| {
            let raw = &data[ends[0]..ends[1]];
            let content = raw.strip_suffix(b"\n").unwrap_or(raw);
            let read = asked[index] && !content.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'));
            Item {
                line: ends[0]..ends[1],
                place: Place {
                    line_or_row: line + index as u64,
                    byte: byte + ends[0] as u64,
                },
                outcome: read.then(|| wanted.read(content)),
            }
        })
        .collect();
    Batch {
        data,
        head,
        items,
        lines: true,
    }
}

/// The keys of the first records of a block, as they are printed.
pub(crate) fn field_names(block: &Block) -> Vec<String> {
    const RECORDS: usize = 100;
    let mut keys: Vec<String> = Vec::new();
    let lines = block.data.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    for line in lines.take(RECORDS) {
        for key in parse::keys(line.strip_prefix(BOM).unwrap_or(line)) {
            if !keys.contains(&key) && keys.len() < RECORDS {
                keys.push(key);
            }
        }
    }
    listed(keys.iter().map(String::as_str))
}

/// The pieces of `line` after `edit`, in order; `None` if it stays as it is.
pub(crate) fn splice<'p>(line: &'p [u8], fields: &Fields, edit: &'p Edit) -> Result<Option<Vec<&'p [u8]>>, String> {
    edit::check_fields(edit, fields)?;
    let mut texts: Vec<_> = fields
        .texts
        .iter()
        .filter_map(|text| Some((text, text.raw.clone()?)))
        .collect();
    // the order of the options need not be that of the line
    texts.sort_by_key(|(_, raw)| raw.start);
    let mut pieces = Vec::new();
    let mut done = 0;
    for (text, raw) in texts {
        let changes = edit::changes(edit, text)?;
        let ends: Vec<u32> = changes.iter().flat_map(|change| [change.start, change.end]).collect();
        let ends = edit::raw_offsets(&line[raw.clone()], &ends)?;
        for (change, at) in changes.iter().zip(ends.chunks_exact(2)) {
            looked(1);
            pieces.push(&line[done..raw.start + at[0]]);
            pieces.extend(change.insertion.map(|insertion| insertion.raw().as_bytes()));
            done = raw.start + at[1];
        }
    }
    if pieces.is_empty() {
        return Ok(None);
    }
    pieces.push(&line[done..]);
    Ok(Some(pieces))
}
