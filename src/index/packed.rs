//! A file of several byte streams, packed in blocks with checksums. It is written once and then only read.
//!
//! All numbers are little-endian.
//!
//! ```text
//! "redite i"                            8 bytes
//! blocks                                of the first stream in order, of the second, …, with nothing between them
//! table
//! where the table begins, its bytes     8 + 8 bytes
//! XXH3-64 of the table and these 16     8 bytes
//! version, zero                         4 + 4 bytes
//! "redite e"                            8 bytes
//! ```
//!
//! The table has of each stream: its bytes (8), the bytes of its blocks before packing (4; the last may have fewer), the number of its blocks (4);
//! and then of each block: how many bytes it takes in the file (4), and the XXH3-64 of these (8). A block is a zstd frame, or the bytes
//! themselves where that is not shorter: it is packed if it takes fewer bytes than it holds. A stream of which no block is packed is read
//! where the file is mapped into memory, word by word; a block of it is held against its checksum when the first word of it is read.
//!
//! Every byte of the file is one of those that are named here, and each but the last 16 and the first 8, which are known, is
//! covered by a checksum; so a bit that has changed anywhere is found by [`Stream::verify`], and one in a block when that is read.

use super::map::Map;
use crate::spill::{Complete, Mapped, PADDING, SpillError, Spool};
use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use xxhash_rust::xxh3::xxh3_64;
use zstd::bulk::Decompressor;

const BEGIN: &[u8; 8] = b"redite i";
const END: &[u8; 8] = b"redite e";

/// The version of the format that is written.
const VERSION: u32 = 3;

/// Bytes behind the table.
const FOOTER: usize = 40;

/// Fast enough to keep up with deciding; higher levels gain a few percent.
const LEVEL: i32 = 3;

/// Blocks of a stream that are held in memory.
const HELD: usize = 1024;

/// Where a block stands.
#[derive(Clone, Copy, Debug)]
struct Block {
    at: u64,
    bytes: u32,
    checksum: u64,
}

/// Whether the blocks of a stream are packed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Packing {
    Zstd,
    /// They are read word by word.
    None,
}

/// Writes a file of streams.
pub(super) struct Writer {
    out: BufWriter<File>,
    at: u64,
    table: Vec<u8>,
}

impl Writer {
    /// A new file, which must not be there.
    pub(super) fn new(path: &Path) -> io::Result<Self> {
        let mut out = BufWriter::with_capacity(1 << 20, File::create_new(path)?);
        out.write_all(BEGIN)?;
        Ok(Self {
            out,
            at: BEGIN.len() as u64,
            table: Vec::new(),
        })
    }

    /// Appends a stream, in blocks of so many bytes, as packed as that is asked for.
    pub(super) fn stream(&mut self, spool: &Spool, block: usize, packing: Packing) -> Result<(), WriteError> {
        let length = spool.end();
        let mut at = 0;
        let next = |into: &mut [u8]| {
            spool.read(at, into)?;
            at += into.len() as u64;
            Ok(())
        };
        self.blocks(length, block, packing, next)
    }

    /// Appends a stream of these bytes.
    pub(super) fn bytes(&mut self, mut bytes: &[u8], block: usize) -> Result<(), WriteError> {
        let length = bytes.len() as u64;
        self.blocks(length, block, Packing::Zstd, |into| {
            let (some, rest) = bytes.split_at(into.len());
            into.copy_from_slice(some);
            bytes = rest;
            Ok(())
        })
    }

    fn blocks(
        &mut self,
        length: u64,
        block: usize,
        packing: Packing,
        mut next: impl FnMut(&mut [u8]) -> Result<(), SpillError>,
    ) -> Result<(), WriteError> {
        let count = length.div_ceil(block as u64);
        self.table.extend(length.to_le_bytes());
        self.table.extend(narrow(block)?.to_le_bytes());
        self.table
            .extend(u32::try_from(count).map_err(io::Error::other)?.to_le_bytes());
        let (mut held, mut left) = (vec![0; block], length);
        let mut packer = zstd::bulk::Compressor::new(LEVEL)?;
        while left > 0 {
            let some = &mut held[..usize::try_from(left).map_or(block, |left| left.min(block))];
            next(some)?;
            let packed = match packing {
                Packing::Zstd => packer.compress(some)?,
                Packing::None => Vec::new(),
            };
            let is_packed = packing == Packing::Zstd && packed.len() < some.len();
            let packed = if is_packed { &packed } else { &*some };
            self.out.write_all(packed)?;
            self.table.extend(narrow(packed.len())?.to_le_bytes());
            self.table.extend(xxh3_64(packed).to_le_bytes());
            self.at += packed.len() as u64;
            left -= some.len() as u64;
        }
        Ok(())
    }

    /// Writes the table and syncs the file; returns its length and the checksum of its table.
    pub(super) fn finish(mut self) -> io::Result<(u64, u64)> {
        self.out.write_all(&self.table)?;
        let mut footer = Vec::with_capacity(FOOTER);
        footer.extend(self.at.to_le_bytes());
        footer.extend((self.table.len() as u64).to_le_bytes());
        self.table.extend(&footer);
        let checksum = xxh3_64(&self.table);
        footer.extend(checksum.to_le_bytes());
        footer.extend(VERSION.to_le_bytes());
        footer.extend([0; 4]);
        footer.extend(END);
        self.out.write_all(&footer)?;
        let file = self.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        let length = self.at + self.table.len() as u64 + (FOOTER - 16) as u64;
        Ok((length, checksum))
    }
}

fn narrow(n: usize) -> io::Result<u32> {
    u32::try_from(n).map_err(io::Error::other)
}

/// A file could not be written, or what was to be written could not be read.
pub(super) enum WriteError {
    Io(io::Error),
    Spill(SpillError),
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<SpillError> for WriteError {
    fn from(error: SpillError) -> Self {
        Self::Spill(error)
    }
}

/// A stream of a file.
#[derive(Debug)]
pub(super) struct Stream {
    file: Arc<File>,
    length: u64,
    block: u32,
    blocks: Vec<Block>,
    /// Blocks that were read lately, each in a slot of its own.
    held: Box<[Mutex<Held>]>,
    plain: Option<Plain>,
}

/// A stream without packed blocks, in a mapped file.
#[derive(Debug)]
struct Plain {
    map: Arc<Map>,
    /// Where it begins.
    start: usize,
    /// Bits that name a byte of a block.
    shift: u32,
    /// A bit for each block that matches its checksum.
    sound: Box<[AtomicU64]>,
}

/// A block, and which it is.
type Held = Option<(usize, Arc<[u8]>)>;

/// The streams of a file, and the checksum of its table.
pub(super) fn open(path: &Path) -> io::Result<(Vec<Stream>, u64)> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut begin = [0; 8];
    if length < (BEGIN.len() + FOOTER) as u64 {
        return Err(wrong("it is truncated"));
    }
    file.read_exact(&mut begin)?;
    if begin != *BEGIN {
        return Err(wrong("it is not an index file"));
    }
    let mut footer = [0; FOOTER];
    file.seek(io::SeekFrom::End(-(FOOTER as i64)))?;
    file.read_exact(&mut footer)?;
    let mut fields = Fields(&footer);
    let (at, bytes, checksum) = (fields.long()?, fields.long()?, fields.long()?);
    let (version, zero) = (fields.short()?, fields.short()?);
    if fields.0 != END || zero != 0 {
        return Err(wrong("it is truncated or changed"));
    }
    if version != VERSION {
        let what = format!("its format has version {version}, this program reads {VERSION}; use a newer program");
        return Err(wrong(&what));
    }
    if at.checked_add(bytes).and_then(|end| end.checked_add(FOOTER as u64)) != Some(length) {
        return Err(wrong("its parts do not fit together"));
    }
    let mut table = vec![0; usize::try_from(bytes).map_err(io::Error::other)?];
    file.seek(io::SeekFrom::Start(at))?;
    file.read_exact(&mut table)?;
    let names = table.len();
    table.extend_from_slice(&footer[..16]);
    if xxh3_64(&table) != checksum {
        return Err(wrong("its table does not match its checksum"));
    }
    let map = Arc::new(Map::new(&file)?);
    let (file, mut fields, mut next) = (Arc::new(file), Fields(&table[..names]), BEGIN.len() as u64);
    let mut streams = Vec::new();
    while !fields.0.is_empty() {
        let (length, block, count) = (fields.long()?, fields.short()?, fields.short()?);
        let mut blocks = Vec::new();
        for _ in 0..count {
            let (bytes, checksum) = (fields.short()?, fields.long()?);
            blocks.push(Block {
                at: next,
                bytes,
                checksum,
            });
            next += u64::from(bytes);
        }
        if length.div_ceil(u64::from(block.max(1))) != u64::from(count) {
            return Err(wrong("its table is invalid"));
        }
        let held = (0..blocks.len().min(HELD)).map(|_| Mutex::default()).collect();
        let file = Arc::clone(&file);
        let mut stream = Stream {
            file,
            length,
            block,
            blocks,
            held,
            plain: None,
        };
        stream.plain = stream.plain_in(&map)?;
        streams.push(stream);
    }
    if next != at {
        return Err(wrong("its parts do not fit together"));
    }
    Ok((streams, checksum))
}

fn wrong(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// What is left of a table.
struct Fields<'t>(&'t [u8]);

impl Fields<'_> {
    fn array<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let (array, rest) = (self.0.split_first_chunk()).ok_or_else(|| wrong("its table is truncated"))?;
        self.0 = rest;
        Ok(*array)
    }

    fn long(&mut self) -> io::Result<u64> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    fn short(&mut self) -> io::Result<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }
}

thread_local! {
    static UNPACKER: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

impl Stream {
    /// Where it stands in a mapped file, if no block is packed.
    fn plain_in(&self, map: &Arc<Map>) -> io::Result<Option<Plain>> {
        let mut all = (0..).zip(&self.blocks);
        let is_plain = all.all(|(nth, block)| self.bytes_of(nth).is_ok_and(|bytes| bytes == block.bytes as usize));
        let Some(first) = self.blocks.first().filter(|_| is_plain && self.block.is_power_of_two()) else {
            return Ok(None);
        };
        Ok(Some(Plain {
            shift: self.block.ilog2(),
            map: Arc::clone(map),
            start: usize::try_from(first.at).map_err(io::Error::other)?,
            sound: (0..self.blocks.len().div_ceil(64)).map(|_| AtomicU64::new(0)).collect(),
        }))
    }

    /// How many bytes a block holds.
    fn bytes_of(&self, nth: usize) -> io::Result<usize> {
        let before = nth as u64 * u64::from(self.block);
        usize::try_from((self.length - before).min(u64::from(self.block))).map_err(io::Error::other)
    }

    /// Holds a block of what is mapped against its checksum, once.
    #[inline]
    fn matches(&self, plain: &Plain, nth: usize) -> io::Result<()> {
        let bit = 1 << (nth % 64);
        let (Some(sound), Some(&block)) = (plain.sound.get(nth / 64), self.blocks.get(nth)) else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        if sound.load(Ordering::Relaxed) & bit == 0 {
            let Block { at, bytes, checksum } = block;
            let block = plain
                .map
                .bytes(usize::try_from(at).map_err(io::Error::other)?, bytes as usize);
            if block.is_none_or(|block| xxh3_64(block) != checksum) {
                return Err(wrong("a block does not match its checksum"));
            }
            sound.fetch_or(bit, Ordering::Relaxed);
        }
        Ok(())
    }

    /// A block, unpacked.
    fn block(&self, nth: usize) -> io::Result<Arc<[u8]>> {
        let slot = &self.held[nth % self.held.len()];
        let mut held = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, block)) = held.as_ref().filter(|held| held.0 == nth) {
            return Ok(Arc::clone(block));
        }
        let block: Arc<[u8]> = self.unpacked(nth)?.into();
        *held = Some((nth, Arc::clone(&block)));
        Ok(block)
    }

    fn unpacked(&self, nth: usize) -> io::Result<Vec<u8>> {
        let Block { at, bytes, checksum } = self.blocks[nth];
        let length = self.bytes_of(nth)?;
        let mut packed = vec![0; bytes as usize];
        crate::spill::read_at(&self.file, &mut packed, at)?;
        if xxh3_64(&packed) != checksum {
            return Err(wrong("a block does not match its checksum"));
        }
        let block = if packed.len() < length {
            UNPACKER.with_borrow_mut(|unpacker| match unpacker {
                Some(unpacker) => unpacker.decompress(&packed, length),
                None => unpacker.insert(Decompressor::new()?).decompress(&packed, length),
            })?
        } else {
            packed
        };
        if block.len() != length {
            return Err(wrong("a block has the wrong length"));
        }
        Ok(block)
    }

    /// Reads all of it, and so checks each byte.
    pub(super) fn verify(&self) -> io::Result<()> {
        (0..self.blocks.len()).try_for_each(|nth| self.unpacked(nth).map(drop))
    }

    /// All of it.
    pub(super) fn all(&self) -> io::Result<Vec<u8>> {
        let mut all = vec![0; usize::try_from(self.length).map_err(io::Error::other)?];
        self.read(0, &mut all)?;
        Ok(all)
    }
}

impl Complete for Stream {
    fn read(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        if at.checked_add(into.len() as u64).is_none_or(|end| end > self.length) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let (mut at, mut into) = (at, into);
        while !into.is_empty() {
            let size = u64::from(self.block);
            let block = self.block(usize::try_from(at / size).map_err(io::Error::other)?)?;
            let there = &block[usize::try_from(at % size).map_err(io::Error::other)?..];
            let some = there.len().min(into.len());
            let (filled, rest) = into.split_at_mut(some);
            filled.copy_from_slice(&there[..some]);
            (at, into) = (at + some as u64, rest);
        }
        Ok(())
    }

    fn len(&self) -> u64 {
        self.length
    }

    fn mapped(&self) -> Option<Mapped<'_>> {
        let Plain {
            map,
            start,
            shift,
            sound,
        } = self.plain.as_ref()?;
        let length = usize::try_from(self.length).ok()?;
        Some(Mapped {
            // behind every stream there is the table
            bytes: map.bytes(*start, length + PADDING)?,
            sound,
            shift: *shift,
        })
    }

    fn check(&self, block: usize) -> io::Result<()> {
        match &self.plain {
            Some(plain) => self.matches(plain, block),
            None => Err(io::ErrorKind::Unsupported.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spill::Folder;

    fn write(path: &Path, streams: &[Vec<u8>]) -> (u64, u64) {
        let mut writer = Writer::new(path).unwrap();
        for (nth, stream) in streams.iter().enumerate() {
            let written = if nth % 2 == 0 {
                writer.bytes(stream, 100)
            } else {
                let mut spool = Folder::new(std::env::temp_dir()).spool();
                spool.put(stream).unwrap();
                writer.stream(
                    &spool,
                    if nth == 3 { 128 } else { 300 },
                    if nth == 3 { Packing::None } else { Packing::Zstd },
                )
            };
            assert!(written.is_ok());
        }
        writer.finish().unwrap()
    }

    fn streams() -> Vec<Vec<u8>> {
        let mut state = 7_u32;
        let noise = (0..777).map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        });
        vec![
            vec![7; 1000],
            noise.collect(),
            Vec::new(),
            b"redite ".repeat(50),
            vec![1],
        ]
    }

    #[test]
    fn streams_are_read_as_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let (length, checksum) = write(&path, &streams());
        assert_eq!(std::fs::metadata(&path).unwrap().len(), length);
        let (read, same) = open(&path).unwrap();
        assert_eq!(checksum, same);
        for (stream, expected) in read.iter().zip(&streams()) {
            assert_eq!(&stream.all().unwrap(), expected);
            for from in 0..expected.len() {
                for to in [from, from + 1, from + 101, expected.len()] {
                    let Some(expected) = expected.get(from..to) else {
                        continue;
                    };
                    let mut found = vec![0; expected.len()];
                    stream.read(from as u64, &mut found).unwrap();
                    assert_eq!(found, expected);
                }
            }
            if let Some(mapped) = stream.mapped() {
                assert_eq!(mapped.bytes[..mapped.bytes.len() - PADDING], expected[..]);
                let blocks = expected.len().div_ceil(1 << mapped.shift);
                (0..blocks).for_each(|block| stream.check(block).unwrap());
                assert!(stream.check(blocks).is_err());
            }
            assert!(stream.read(expected.len() as u64, &mut [0]).is_err());
            assert!(stream.read(u64::MAX, &mut [0]).is_err());
        }
        assert_eq!(read.len(), streams().len());
        assert!(read[3].mapped().is_some() && read[0].mapped().is_none());
        assert!(Writer::new(&path).is_err(), "it is there");
    }

    /// Whatever bit changes and wherever the file is cut off, something says so.
    #[test]
    fn what_has_changed_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        write(&path, &streams());
        let whole = std::fs::read(&path).unwrap();
        let is_whole = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            open(&path).is_ok_and(|(streams, _)| streams.iter().all(|stream| stream.verify().is_ok()))
        };
        assert!(is_whole(&whole));
        for at in 0..whole.len() {
            for bit in [0, 7] {
                let mut changed = whole.clone();
                changed[at] ^= 1 << bit;
                assert!(!is_whole(&changed), "byte {at}, bit {bit}");
            }
            assert!(!is_whole(&whole[..at]), "cut off at {at}");
        }
        assert!(!is_whole(&[&whole[..], b"!"].concat()));
    }
}
