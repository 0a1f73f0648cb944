//! Bytes of a spool with random access to single words.

use super::{SpillError, Spool};
use std::borrow::Cow;
use std::ops::Range;
#[cfg(feature = "index")]
use std::sync::atomic::{AtomicU64, Ordering};

/// How a [`Part`] of a mapped file is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Access {
    /// Much of it: it is held against its checksums beforehand.
    Much,
    /// A few words: what they stand in is held against its checksum when they are read.
    Little,
}

/// Bytes of a [`Spool`]: read into memory, or where a file is mapped into memory.
#[derive(Debug)]
pub(crate) enum Part<'f> {
    /// Followed by [`PADDING`] bytes, so that a word can be read wherever it begins.
    Held(Cow<'f, [u8]>),
    #[cfg(feature = "index")]
    Mapped(&'f Spool, Mapped<'f>, u64),
}

/// A stream of a file that is mapped into memory.
#[cfg(feature = "index")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mapped<'f> {
    /// All of it, and [`PADDING`] more.
    pub(crate) bytes: &'f [u8],
    /// A bit for each block that matches its checksum.
    pub(crate) sound: &'f [AtomicU64],
    /// Bits that name a byte of a block.
    pub(crate) shift: u32,
}

#[cfg(feature = "index")]
impl Mapped<'_> {
    /// The blocks that hold some bytes.
    #[inline(always)]
    fn blocks(self, range: Range<u64>) -> Range<usize> {
        let all = self.bytes.len().saturating_sub(PADDING).div_ceil(1 << self.shift);
        let block = |at: u64| usize::try_from(at >> self.shift).unwrap_or(usize::MAX).min(all);
        block(range.start)..block(range.end.saturating_sub(1)).saturating_add(1).min(all)
    }

    #[inline(always)]
    fn is_sound(self, blocks: Range<usize>) -> bool {
        let is_sound = |block: usize| {
            let word = self.sound.get(block / 64);
            word.is_some_and(|word| word.load(Ordering::Relaxed) >> (block % 64) & 1 == 1)
        };
        blocks.into_iter().all(is_sound)
    }
}

/// Bytes behind the end of a [`Part`].
pub(crate) const PADDING: usize = 7;

impl Part<'_> {
    /// The word of 64 bits that begins at a byte; what stands behind the end is any. A word that cannot be read is 0, and [`Spool::sound`]
    /// says so.
    #[inline(always)]
    pub(crate) fn word(&self, at: u64) -> u64 {
        match self {
            Self::Held(bytes) => word(bytes, at),
            #[cfg(feature = "index")]
            Self::Mapped(spool, mapped, start) => {
                let at = start.saturating_add(at);
                word(sound(spool, *mapped, at..at.saturating_add(8)), at)
            }
        }
    }

    /// Calls `visit` with some numbers of so many bits each, at most 57, from the nth on. Those that cannot be read are 0.
    #[inline]
    pub(crate) fn numbers(&self, nth: u64, count: u32, width: u32, mut visit: impl FnMut(u64)) {
        debug_assert!(width <= 57);
        let (first, mask) = (nth * u64::from(width), !(u64::MAX << width));
        let (bytes, mut at) = match self {
            Self::Held(bytes) => (&**bytes, first),
            #[cfg(feature = "index")]
            Self::Mapped(spool, mapped, start) => {
                let end = (first + u64::from(count) * u64::from(width)).div_ceil(8);
                (sound(spool, *mapped, start + first / 8..start + end), 8 * start + first)
            }
        };
        for _ in 0..count {
            visit(word(bytes, at / 8) >> (at % 8) & mask);
            at += u64::from(width);
        }
    }

    /// The nth number of so many bits.
    #[inline(always)]
    pub(crate) fn number(&self, nth: u64, width: u32) -> u64 {
        let at = nth * u64::from(width);
        self.word(at / 8) >> (at % 8) & !(u64::MAX << width)
    }

    /// The nth of words of 32 bits.
    #[inline(always)]
    pub(crate) fn short(&self, nth: u64) -> u32 {
        super::split(self.word(4 * nth))[0]
    }
}

/// All bytes of what is mapped, or none if some of these do not match their checksums.
#[cfg(feature = "index")]
#[inline(always)]
fn sound<'f>(spool: &Spool, mapped: Mapped<'f>, range: Range<u64>) -> &'f [u8] {
    let blocks = mapped.blocks(range);
    if mapped.is_sound(blocks.clone()) || is_checked(spool, blocks) {
        mapped.bytes
    } else {
        &[]
    }
}

/// True if some blocks match their checksums, which have not been looked at.
#[cfg(feature = "index")]
#[cold]
#[inline(never)]
fn is_checked(spool: &Spool, blocks: Range<usize>) -> bool {
    spool.check(blocks).inspect_err(|cause| spool.note(cause)).is_ok()
}

/// The word that begins at a byte, 0 if it is not there.
#[inline(always)]
fn word(bytes: &[u8], at: u64) -> u64 {
    let from = usize::try_from(at).ok().and_then(|at| bytes.get(at..));
    let word = from.and_then(|bytes| bytes.first_chunk());
    word.map_or(0, |word| u64::from_le_bytes(*word))
}

/// Takes [parts](Part) from a spool, one after the other.
#[derive(Debug)]
pub(crate) struct Parts<'f> {
    spool: &'f Spool,
    at: u64,
    access: Access,
}

impl<'f> Parts<'f> {
    pub(crate) fn new(spool: &'f Spool, at: u64, access: Access) -> Self {
        Self { spool, at, access }
    }

    pub(crate) fn access(&self) -> Access {
        self.access
    }

    /// The next so many bytes.
    pub(crate) fn part(&mut self, bytes: u64) -> Result<Part<'f>, SpillError> {
        let start = self.at;
        self.at = start.saturating_add(bytes);
        self.spool.part(start..self.at, self.access)
    }

    /// The next words of 32 bits, as many as are asked for by type.
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u32; N], SpillError> {
        let words = self.spool.words(self.at, N)?;
        self.at += 4 * N as u64;
        let mut array = [0; N];
        array.copy_from_slice(&words);
        Ok(array)
    }
}

impl Spool {
    /// A part of what has been [flushed](Spool::flush): read into memory, if this is not mapped.
    pub(crate) fn part(&self, range: Range<u64>, access: Access) -> Result<Part<'_>, SpillError> {
        if range.end > self.end() {
            return Err(self.missing(&format!("{} bytes", range.end - self.end())));
        }
        #[cfg(feature = "index")]
        if let Some(mapped) = self.mapped() {
            if access == Access::Little {
                return Ok(Part::Mapped(self, mapped, range.start));
            }
            let checked = self.check(mapped.blocks(range.clone()));
            checked.map_err(|cause| SpillError::new(&self.folder, "read", cause))?;
            let at = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
            let bytes = mapped.bytes.get(at(range.start)..at(range.end).saturating_add(PADDING));
            return Ok(Part::Held(bytes.unwrap_or_default().into()));
        }
        #[cfg(not(feature = "index"))]
        let (Access::Much | Access::Little) = access;
        let length = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        let mut bytes = vec![0; length.saturating_add(PADDING)];
        self.read(range.start, &mut bytes[..length])?;
        Ok(Part::Held(bytes.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Folder;
    use super::*;

    #[test]
    fn words_and_bits_are_read_wherever_they_begin() {
        let mut spool = Folder::new(std::env::temp_dir()).spool();
        spool.put(&[9, 1, 2, 3, 4, 5, 6, 7, 8, 255]).unwrap();
        let mut parts = Parts::new(&spool, 1, Access::Much);
        let part = parts.part(9).unwrap();
        assert_eq!(part.word(0), 0x0807_0605_0403_0201);
        assert_eq!(part.word(7) & 0xFFFF, 0xFF08);
        assert_eq!(part.word(u64::MAX), 0);
        assert_eq!(part.number(2, 12), 0x504);
        let mut numbers = Vec::new();
        part.numbers(2, 3, 12, |number| numbers.push(number));
        assert_eq!(numbers, [0x504, 0x060, 0x807]);
        assert_eq!((part.short(0), part.short(1)), (0x0403_0201, 0x0807_0605));
        assert!(parts.part(1).is_err());
    }
}
