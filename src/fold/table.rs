//! What becomes of each code point: class, mapping, and whether its neighbours matter.
//!
//! `data/fold.txt` is generated from ICU4X (see `tests/it/fold_table.rs`) and spread at first use into a two-level
//! table: 256 code points a page, equal pages shared. What a code point folds to is stored as the bits in which it
//! differs from the code point, so that pages of unchanged letters are equal.

use super::number::is_minus;
use crate::hash;
use std::collections::HashMap;
use std::sync::OnceLock;

/// The part a code point plays in a token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(super) enum Class {
    /// Letter of a script that separates words.
    Letter = 0,
    /// Letter of a script written without spaces: a token by itself, with the marks that follow.
    Unspaced = 1,
    /// Combining mark: belongs to what stands before it.
    Mark = 2,
    /// Decimal digit, mapped to ASCII.
    Digit = 3,
    /// Currency, per cent: a token by itself.
    Symbol = 4,
    /// White space, punctuation and other symbols.
    Separator = 5,
    /// Superscript or subscript digit, mapped to ASCII: `10²` is not 102.
    Raised = 6,
    /// Han numeral: a letter without spaces, or part of a number.
    Numeral = 7,
    /// Soft hyphens, zero-width and bidirectional marks, variation selectors.
    Ignored = 8,
    /// Elongation of a letter (tatweel): nothing inside a word, else a separator.
    Stretch = 9,
}

/// By their numbers; as long as the mask is, so that no look-up can miss.
const CLASSES: [Class; 16] = {
    let mut all = [Class::Letter; 16];
    let named = [
        Class::Letter,
        Class::Unspaced,
        Class::Mark,
        Class::Digit,
        Class::Symbol,
        Class::Separator,
        Class::Raised,
        Class::Numeral,
        Class::Ignored,
        Class::Stretch,
    ];
    let mut i = 0;
    while i < named.len() {
        all[i] = named[i];
        i += 1;
    }
    all
};

const CHAR_BITS: u32 = 21;
const CHAR_MASK: u32 = (1 << CHAR_BITS) - 1;
const CLASS_MASK: u32 = 15;
const MULTI: u32 = 1 << 25;
const ISOLATED: u32 = 1 << 26;
const QUICK: u32 = 1 << 27;
const NON_STARTER: u32 = 1 << 28;
const SPECIAL: u32 = 1 << 29;

/// The elongations. What they are depends on what stands before them, so they are read by the slow path only.
const STRETCHES: [char; 3] = ['\u{640}', '\u{7fa}', '\u{180a}'];

/// One code point's row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Entry(u32);

impl Entry {
    pub(super) fn class(self) -> Class {
        CLASSES[((self.0 >> CHAR_BITS) & CLASS_MASK) as usize]
    }

    /// The one character this code point folds to; meaningless if [`Entry::is_multi`].
    pub(super) fn mapped(self) -> char {
        char::from_u32(self.0 & CHAR_MASK).unwrap_or(char::REPLACEMENT_CHARACTER)
    }

    /// The class of a letter or mark that is one character whatever stands beside it; none for others.
    #[inline]
    pub(super) fn plain(self) -> Option<Class> {
        match self.0 >> CHAR_BITS {
            0 => Some(Class::Letter),
            1 => Some(Class::Unspaced),
            2 => Some(Class::Mark),
            _ => None,
        }
    }

    /// True if a plain code point folds to itself.
    #[inline]
    pub(super) fn is_same(self, cp: u32) -> bool {
        self.0 & CHAR_MASK == cp
    }

    /// The character that a plain code point folds to, if UTF-8 writes it in two bytes.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "masked")]
    pub(super) fn two_bytes(self) -> Option<[u8; 2]> {
        let cp = self.0 & CHAR_MASK;
        (0x80..0x800)
            .contains(&cp)
            .then_some([0xC0 | (cp >> 6) as u8, 0x80 | (cp & 0x3F) as u8])
    }

    /// True if the mapping is [`Table::expansion`].
    pub(super) fn is_multi(self) -> bool {
        self.0 & MULTI != 0
    }

    /// True if the expansion must not join its neighbours' tokens: `3½` is not 31/2.
    pub(super) fn is_isolated(self) -> bool {
        self.0 & ISOLATED != 0
    }

    /// True if the code point may compose with its neighbours or is nothing behind some of them, so that the text needs the slow
    /// path.
    pub(super) fn needs_context(self) -> bool {
        self.0 & QUICK != 0
    }

    /// True for separators that may be more: what is typed for a minus, and what begins a character reference, a note or a tag.
    pub(super) fn is_special(self) -> bool {
        self.0 & SPECIAL != 0
    }

    /// True if the character stands aside when its neighbours meet: ignored, or an elongation.
    pub(super) fn is_transparent(self) -> bool {
        ((self.0 >> CHAR_BITS) & CLASS_MASK) >= Class::Ignored as u32
    }

    /// True if the canonical combining class is not 0.
    pub(super) fn is_non_starter(self) -> bool {
        self.0 & NON_STARTER != 0
    }
}

/// The whole table.
pub(super) struct Table {
    index: Vec<u16>,
    pages: Vec<[u32; 256]>,
    plain_separators: [bool; 128],
    expansions: Vec<Box<[char]>>,
}

impl Table {
    /// The table, built at the first call.
    pub(super) fn get() -> &'static Self {
        static TABLE: OnceLock<Table> = OnceLock::new();
        TABLE.get_or_init(|| Self::build(include_str!("data/fold.txt")))
    }

    #[inline]
    pub(super) fn entry(&self, c: char) -> Entry {
        self.get_entry(c.into())
    }

    /// The row of a code point; that of a letter for what is none.
    #[inline]
    pub(super) fn get_entry(&self, cp: u32) -> Entry {
        let page = self.index.get((cp >> 8) as usize).copied().unwrap_or_default();
        Entry(self.pages[usize::from(page)][(cp & 0xFF) as usize] ^ cp)
    }

    /// True for an ASCII byte that parts tokens and can be nothing else.
    #[inline]
    pub(super) fn is_plain_separator(&self, byte: u8) -> bool {
        self.plain_separators.get(usize::from(byte)).is_some_and(|&is| is)
    }

    pub(super) fn expansion(&self, entry: Entry) -> &[char] {
        &self.expansions[(entry.0 & CHAR_MASK) as usize]
    }

    fn build(data: &str) -> Self {
        let mut expansions = Vec::new();
        // Rows come in order of code points, so pages fill one after the other.
        let mut rows = data
            .lines()
            .filter(|l| !l.starts_with('#'))
            .map(|l| Row::parse(l, &mut expansions))
            .peekable();
        // A page that no row touches comes first: letters that stay as they are.
        let mut pages = vec![[0_u32; 256]];
        let mut index = Vec::with_capacity(0x1100);
        let mut known: HashMap<[u32; 256], u16, ahash::RandomState> = HashMap::with_hasher(hash::map_state());
        for page in 0..0x1100_u32 {
            let first = page << 8;
            if rows.peek().is_none_or(|row| row.start > first + 0xFF) {
                index.push(0);
                continue;
            }
            let mut now = [0_u32; 256];
            while let Some(row) = rows.peek() {
                if row.start > first + 0xFF {
                    break;
                }
                for cp in row.start.max(first)..=row.end.min(first + 0xFF) {
                    now[(cp & 0xFF) as usize] = row.entry_of(cp) ^ cp;
                }
                if row.end > first + 0xFF {
                    break;
                }
                rows.next();
            }
            index.push(*known.entry(now).or_insert_with(|| {
                pages.push(now);
                u16::try_from(pages.len() - 1).unwrap_or(u16::MAX)
            }));
        }
        let mut table = Self {
            index,
            pages,
            plain_separators: [false; 128],
            expansions,
        };
        table.plain_separators = std::array::from_fn(|byte| {
            let entry = table.entry(char::from(u8::try_from(byte).unwrap_or_default()));
            entry.class() == Class::Separator && !entry.is_special() && !entry.is_multi()
        });
        table
    }
}

struct Row {
    start: u32,
    end: u32,
    bits: u32,
    delta: i64,
}

impl Row {
    /// Reads one line of `data/fold.txt`. The file is ours and tested whole, so a malformed field reads as 0.
    fn parse(line: &str, expansions: &mut Vec<Box<[char]>>) -> Self {
        let hex = |s: &str| u32::from_str_radix(s, 16).unwrap_or(0);
        let mut words = line.split(' ');
        let range = words.next().unwrap_or_default();
        let (start, end) = range
            .split_once('-')
            .map_or((hex(range), hex(range)), |(a, b)| (hex(a), hex(b)));
        let kind = words.next().unwrap_or_default();
        let class = match kind.as_bytes().first() {
            Some(b'U') => Class::Unspaced,
            Some(b'M') => Class::Mark,
            Some(b'D') => Class::Digit,
            Some(b'Y') => Class::Symbol,
            Some(b'S') => Class::Separator,
            Some(b'I') => Class::Ignored,
            Some(b'R') => Class::Raised,
            Some(b'T') => Class::Stretch,
            Some(b'H') => Class::Numeral,
            _ => Class::Letter,
        };
        let mut bits = (class as u32) << CHAR_BITS;
        if kind.contains('n') {
            bits |= NON_STARTER;
        }
        if kind.contains('q') || class == Class::Stretch {
            bits |= QUICK;
        }
        let mut delta = 0;
        match words.next() {
            Some(">") => {
                let list: Box<[char]> = words.filter_map(|w| char::from_u32(hex(w))).collect();
                // A spacing accent is written as a space with a mark: a separator, nothing more.
                if class != Class::Separator || list.first() != Some(&' ') {
                    if class == Class::Separator || list.iter().any(char::is_ascii_digit) {
                        bits |= ISOLATED;
                    }
                    if list.iter().any(|c| STRETCHES.contains(c)) {
                        bits |= QUICK;
                    }
                    bits |= MULTI | u32::try_from(expansions.len()).unwrap_or(0);
                    expansions.push(list);
                }
            }
            Some(number) => delta = number.parse().unwrap_or(0),
            None => {}
        }
        Self {
            start,
            end,
            bits,
            delta,
        }
    }

    fn entry_of(&self, cp: u32) -> u32 {
        if self.bits & MULTI != 0 {
            return self.bits;
        }
        let mapped = u32::try_from(i64::from(cp) + self.delta).unwrap_or(cp);
        let is_special = char::from_u32(mapped).is_some_and(|c| matches!(c, '&' | '[' | '<') || is_minus(c));
        self.bits | mapped | if is_special { SPECIAL } else { 0 }
    }
}
