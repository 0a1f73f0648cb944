//! A file of an index in memory.

use memmap2::Mmap;
use std::fs::File;
use std::io;

/// The bytes of a file, read by the system as they are needed.
#[derive(Debug)]
pub(super) struct Map(Mmap);

impl Map {
    /// Maps a file of an index, which is never changed.
    ///
    /// Bytes behind a mapping that another process changes, or cuts off, may change while they are looked at. redite writes each file of
    /// an index once, under a name that no manifest has yet, and then only removes it, which leaves the mapping as it was. Who
    /// changes such a file by other means while it is open may get another answer or, where he cuts it off, a signal from the system, as with
    /// every program that maps files. What is read here is only ever copied out as numbers, of which no
    /// value is invalid, so that such a change cannot do more than that.
    #[expect(unsafe_code, reason = "see above")]
    pub(super) fn new(file: &File) -> io::Result<Self> {
        // SAFETY: the file is not changed while it is mapped: see above.
        unsafe { Mmap::map(file) }.map(Self)
    }

    /// Some bytes, if they are there.
    pub(super) fn bytes(&self, at: usize, count: usize) -> Option<&[u8]> {
        self.0.get(at..)?.get(..count)
    }
}
