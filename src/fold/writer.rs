//! Tokens on their way out: one open at a time, in a buffer of bytes that becomes text a piece at a time.

use super::block::{BLOCK, Block};
use super::table::{Class, Entry, Table};
use super::{NUMBER_BIT, Tokens};
use crate::hash;
use crate::steps::looked;

/// What one step of [`super::Folder`] writes at most without asking for more room.
const SLACK: usize = 16;
/// Length of the buffer, unless a token is longer.
const BUFFER: usize = 8 << 10;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Nothing,
    Word,
    Unspaced,
    Number,
    Symbol,
}

/// Writes tokens into a [`Tokens`], each with a space before it.
pub(super) struct Writer<'t> {
    out: &'t mut Tokens,
    buffer: &'t mut Vec<u8>,
    /// How much of the buffer is written.
    len: usize,
    /// Where the open token begins, behind its space.
    start: usize,
    open: Kind,
    weight: u32,
}

impl<'t> Writer<'t> {
    /// For a text of so many bytes.
    pub(super) fn new(out: &'t mut Tokens, buffer: &'t mut Vec<u8>, text: usize) -> Self {
        // Most folds are hardly longer than their text. A word alone does without most of the buffer.
        let length = text.saturating_add(6 * BLOCK).min(BUFFER);
        if buffer.len() < length {
            buffer.resize(length, 0);
        }
        Self {
            out,
            buffer,
            len: 0,
            start: 0,
            open: Kind::Nothing,
            weight: 0,
        }
    }

    /// Closes the last token, hands everything over and returns the weight.
    pub(super) fn finish(mut self) -> u32 {
        self.close();
        self.hand_over(self.len);
        self.out.weight = self.out.weight.saturating_add(self.weight);
        self.weight
    }

    /// Gives the first `done` bytes, whole tokens, to the text.
    fn hand_over(&mut self, done: usize) {
        looked(done);
        let bytes = &self.buffer[..done];
        let first = usize::from(self.out.text.is_empty() && !bytes.is_empty());
        match simdutf8::basic::from_utf8(&bytes[first..]) {
            Ok(text) => self.out.text.push_str(text),
            Err(_) => unreachable!("only whole characters are written"),
        }
    }

    /// How many tokens are written or begun.
    pub(super) fn begun(&self) -> usize {
        self.out.hashes.len() + usize::from(self.is_open())
    }

    /// True if what follows may belong to the last token.
    pub(super) fn is_open(&self) -> bool {
        self.open != Kind::Nothing
    }

    /// Makes room for one step.
    #[inline]
    fn room(&mut self) {
        if self.buffer.len() - self.len < SLACK {
            self.make_room(SLACK);
        }
    }

    #[cold]
    fn make_room(&mut self, more: usize) {
        let done = match self.open {
            Kind::Nothing => self.len,
            _ => self.start - 1,
        };
        self.hand_over(done);
        self.buffer.copy_within(done..self.len, 0);
        self.len -= done;
        self.start = self.start.saturating_sub(done);
        if self.buffer.len() - self.len < more {
            // As long as all before together: not counted.
            let length = (2 * self.buffer.len()).max(self.len + more);
            self.buffer.resize(length, 0);
        } else {
            looked(self.len);
        }
    }

    #[inline]
    pub(super) fn begin(&mut self, kind: Kind) {
        self.close();
        self.room();
        self.buffer[self.len] = b' ';
        self.len += 1;
        self.start = self.len;
        self.open = kind;
    }

    #[inline]
    pub(super) fn close(&mut self) {
        if self.open == Kind::Nothing {
            return;
        }
        looked(self.len - self.start);
        let hash = hash::token(&self.buffer[self.start..self.len]) & !NUMBER_BIT;
        let (mark, weight) = match self.open {
            Kind::Number => (NUMBER_BIT, 2),
            Kind::Word => (0, 2),
            Kind::Unspaced => (0, 1),
            Kind::Symbol | Kind::Nothing => (0, 0),
        };
        self.out.hashes.push(hash | mark);
        self.weight = self.weight.saturating_add(weight);
        self.open = Kind::Nothing;
    }

    #[inline]
    fn word(&mut self) {
        if self.open != Kind::Word {
            self.begin(Kind::Word);
        }
    }

    /// ASCII letters from `at` on, at which there is one, to the end of the word at least; returns the byte after what
    /// was read. A word that may go on there stays open.
    #[inline]
    pub(super) fn words(&mut self, bytes: &[u8], at: usize) -> usize {
        if self.open == Kind::Word {
            return self.letters(bytes, at);
        }
        self.close();
        match bytes[at..].first_chunk() {
            Some(twice) => at + self.block(twice),
            None => {
                // what follows the end of a text is no word of it
                let rest = &bytes[at..];
                let mut padded = [u8::MAX; 2 * BLOCK];
                padded[..rest.len()].copy_from_slice(rest);
                at + self.block(&padded)
            }
        }
    }

    /// The words that begin in the first half; returns how many bytes were read.
    #[inline]
    fn block(&mut self, bytes: &[u8; 2 * BLOCK]) -> usize {
        looked(BLOCK);
        let Some(Block { mut letters, simple }) = bytes.first_chunk().map(Block::read) else {
            return 0;
        };
        // The words of a block and the spaces before them take BLOCK + 1 bytes at most, and each word is copied in chunks
        // that may reach up to 2 * BLOCK bytes past where it begins.
        if self.buffer.len() - self.len < 4 * BLOCK {
            self.make_room(4 * BLOCK);
        }
        let mut done = simple;
        let mut words = 0;
        while letters != 0 {
            let from = letters.trailing_zeros();
            let to = from + (letters >> from).trailing_ones();
            letters &= u64::MAX << to;
            let (from, to) = (from as usize, to as usize);
            if to == BLOCK && from > 0 {
                // it begins the next block
                done = from;
                break;
            }
            self.start = self.len + 1;
            let Some(room) = self.buffer[self.len..].first_chunk_mut::<{ 2 * BLOCK }>() else {
                unreachable!("4 * BLOCK bytes were free before the first word of the block")
            };
            room[0] = b' ';
            small(&bytes[from..], &mut room[1..]);
            if to - from > 16 {
                small(&bytes[from + 16..], &mut room[17..]);
            }
            let word = &room[1..=to - from];
            self.len = self.start + to - from;
            if to == simple {
                self.open = Kind::Word;
                break;
            }
            self.out.hashes.push(hash::token(word) & !NUMBER_BIT);
            words += 1;
        }
        self.weight = self.weight.saturating_add(2 * words);
        done
    }

    /// The run of ASCII letters at `at`, of which there is at least one; returns the byte after it.
    #[inline]
    pub(super) fn letters(&mut self, bytes: &[u8], mut at: usize) -> usize {
        const ONES: u64 = u64::MAX / 0xFF;
        const HIGH: u64 = ONES << 7;
        self.word();
        // Eight at a time: set the bit that makes small letters, see by carries which bytes lie from a to z.
        while let Some(&chunk) = bytes[at..].first_chunk::<8>() {
            looked(8);
            self.room();
            let chunk = u64::from_le_bytes(chunk);
            let small = chunk | ONES << 5;
            let low = small & !HIGH;
            let letters = (low + ONES * 0x1F) & !(low + ONES * 0x05) & !chunk & HIGH;
            let run = ((!letters & HIGH).trailing_zeros() / 8) as usize;
            self.buffer[self.len..self.len + 8].copy_from_slice(&small.to_le_bytes());
            self.len += run;
            at += run;
            if run < 8 {
                return at;
            }
        }
        self.room();
        for &byte in bytes[at..].iter().take_while(|b| b.is_ascii_alphabetic()) {
            self.buffer[self.len] = byte | 0x20;
            self.len += 1;
            at += 1;
        }
        at
    }

    /// The run of letters of two bytes each at `at`, as far as they are [plain](Entry::plain); returns the byte after it.
    #[inline]
    pub(super) fn two_byte_letters(&mut self, table: &Table, bytes: &[u8], mut at: usize) -> usize {
        while let Some(&[first @ 0xC2..=0xDF, second]) = bytes[at..].first_chunk() {
            let entry = table.get_entry(u32::from(first & 0x1F) << 6 | u32::from(second & 0x3F));
            let (Some(Class::Letter), Some(two)) = (entry.plain(), entry.two_bytes()) else {
                break;
            };
            looked(1);
            self.letter(two);
            at += 2;
        }
        at
    }

    /// The character of `length` bytes at `at`, which folds to itself.
    #[inline]
    pub(super) fn same(&mut self, class: Class, bytes: &[u8], at: usize, length: usize) {
        match class {
            Class::Letter => self.word(),
            Class::Mark if matches!(self.open, Kind::Word | Kind::Unspaced) => {}
            Class::Mark => self.begin(Kind::Word),
            _ => self.begin(Kind::Unspaced),
        }
        self.room();
        let to = &mut self.buffer[self.len..];
        match bytes[at..].first_chunk::<4>() {
            Some(four) => to[..4].copy_from_slice(four),
            None => to[..length].copy_from_slice(&bytes[at..at + length]),
        }
        self.len += length;
    }

    /// A letter that is written in two bytes.
    #[inline]
    fn letter(&mut self, bytes: [u8; 2]) {
        self.word();
        self.room();
        self.buffer[self.len..self.len + 2].copy_from_slice(&bytes);
        self.len += 2;
    }

    /// More of the open token, or a number as it is.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        if self.buffer.len() - self.len < bytes.len() {
            self.make_room(bytes.len());
        }
        self.buffer[self.len..self.len + bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }

    pub(super) fn put(&mut self, class: Class, c: char) {
        match class {
            Class::Letter => self.word(),
            Class::Unspaced | Class::Numeral => self.begin(Kind::Unspaced),
            Class::Symbol => self.begin(Kind::Symbol),
            Class::Mark => {
                if !matches!(self.open, Kind::Word | Kind::Unspaced) {
                    self.begin(Kind::Word);
                }
            }
            // Digits come here only out of expansions, where `expansion` has opened the token.
            Class::Digit => {}
            // Raised digits are read as numbers, and no expansion has any.
            Class::Raised => return,
            Class::Separator => return self.close(),
            // Elongations are gone once the slow path has seen them.
            Class::Ignored | Class::Stretch => return,
        }
        self.push(c.encode_utf8(&mut [0; 4]).as_bytes());
        if class == Class::Symbol {
            self.close();
        }
    }

    /// The several characters one code point folds to.
    pub(super) fn expansion(&mut self, table: &Table, entry: Entry) {
        if entry.is_isolated() {
            self.close();
        }
        let mut in_number = false;
        for &c in table.expansion(entry) {
            let class = table.entry(c).class();
            if (class == Class::Digit) != in_number {
                self.close();
                in_number = !in_number;
                if in_number {
                    self.begin(Kind::Number);
                }
            }
            self.put(class, c);
        }
        if entry.is_isolated() {
            self.close();
        }
    }
}

/// Copies sixteen bytes, ASCII letters made small; those that are none mean nothing then.
#[inline]
fn small(from: &[u8], to: &mut [u8]) {
    const SMALL: u128 = u128::MAX / 0xFF * 0x20;
    if let (Some(from), Some(to)) = (from.first_chunk(), to.first_chunk_mut()) {
        *to = (u128::from_le_bytes(*from) | SMALL).to_le_bytes();
    }
}
