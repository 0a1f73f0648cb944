//! As much of Thrift's compact protocol as it takes to look at a header before a decoder trusts it.

/// Bytes that are read as Thrift. Every method gives `None` where they end or make no sense.
pub(super) struct Thrift<'b> {
    bytes: &'b [u8],
    at: usize,
}

/// The type of a field.
pub(super) type Kind = u8;

const STRUCT: Kind = 12;
const I32: Kind = 5;

/// Structs and lists inside one another that are followed.
const DEEPEST: u32 = 32;

impl<'b> Thrift<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// How many bytes were read.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn pass(&mut self, count: usize) -> Option<()> {
        self.at = self.at.checked_add(count).filter(|at| *at <= self.bytes.len())?;
        Some(())
    }

    /// An unsigned number of seven bits a byte.
    pub(super) fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    /// A signed number.
    pub(super) fn integer(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    /// Number and type of the next field of a struct; `Some(None)` at its end. `last`: the number of the field before,
    /// 0 at first.
    pub(super) fn field(&mut self, last: &mut i64) -> Option<Option<(i64, Kind)>> {
        let head = self.byte()?;
        if head == 0 {
            return Some(None);
        }
        *last = match head >> 4 {
            0 => self.integer()?,
            step => last.checked_add(i64::from(step))?,
        };
        Some(Some((*last, head & 0x0f)))
    }

    /// Passes over a value.
    pub(super) fn skip(&mut self, kind: Kind) -> Option<()> {
        self.skip_at(kind, DEEPEST)
    }

    fn skip_at(&mut self, kind: Kind, depth: u32) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match kind {
            // true and false, which are in the head of the field
            1 | 2 => Some(()),
            3 => self.pass(1),
            4..=6 => self.varint().map(|_| ()),
            7 => self.pass(8),
            8 => {
                let length = usize::try_from(self.varint()?).ok()?;
                self.pass(length)
            }
            9 | 10 => {
                let head = self.byte()?;
                let count = match head >> 4 {
                    15 => self.varint()?,
                    count => u64::from(count),
                };
                let kind = head & 0x0f;
                // decoders differ in how long these are, and some count through any number of them; Parquet has none
                if matches!(kind, 1 | 2) {
                    return None;
                }
                for _ in 0..count {
                    self.skip_at(kind, depth)?;
                }
                Some(())
            }
            STRUCT => {
                let mut last = 0;
                while let Some((_, kind)) = self.field(&mut last)? {
                    self.skip_at(kind, depth)?;
                }
                Some(())
            }
            _ => None,
        }
    }
}

/// What the header of a page says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PageHeader {
    /// Bytes of the header itself.
    pub(super) length: u64,
    /// 0: data, 1: index, 2: dictionary, 3: data in the second version.
    pub(super) kind: i64,
    pub(super) unpacked: i64,
    pub(super) packed: i64,
    /// Values in the page, nulls included.
    pub(super) values: i64,
}

impl PageHeader {
    /// Reads the header at the beginning of `bytes`.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut thrift = Thrift::new(bytes);
        let (mut header, mut last) = (Self::default(), 0);
        while let Some((field, kind)) = thrift.field(&mut last)? {
            match (field, kind) {
                (1, I32) => header.kind = thrift.integer()?,
                (2, I32) => header.unpacked = thrift.integer()?,
                (3, I32) => header.packed = thrift.integer()?,
                (4, I32) | (6, STRUCT) => thrift.skip(kind)?,
                // the header of a kind of page, of which all have the number of values first
                (5 | 7 | 8, STRUCT) => {
                    let mut last = 0;
                    while let Some((inner, kind)) = thrift.field(&mut last)? {
                        match (field, inner, kind) {
                            (_, 1, I32) => header.values = thrift.integer()?,
                            (5, 2..=4, I32) | (7, 2, I32) | (8, 2..=6, I32) => thrift.skip(kind)?,
                            (5, 5, STRUCT) | (8, 8, STRUCT) | (7, 3, 1 | 2) | (8, 7, 1 | 2) => thrift.skip(kind)?,
                            // the decoder takes a known field for what it should be, and would read on elsewhere
                            (5, 1..=5, _) | (7, 1..=3, _) | (8, 1..=8, _) => return None,
                            _ => thrift.skip(kind)?,
                        }
                    }
                }
                (1..=8, _) => return None,
                _ => thrift.skip(kind)?,
            }
        }
        header.length = thrift.at() as u64;
        Some(header)
    }
}

/// True if the metadata of a file (the bytes before its last eight) can be followed to its end within its bytes.
pub(super) fn is_sound(metadata: &[u8]) -> bool {
    Thrift::new(metadata).skip(STRUCT).is_some()
}

/// True if the metadata of a file (the bytes before its last eight) says that columns are encrypted.
pub(super) fn says_encrypted(metadata: &[u8]) -> bool {
    const ALGORITHM: i64 = 8;
    let mut thrift = Thrift::new(metadata);
    let mut last = 0;
    while let Some(Some((field, kind))) = thrift.field(&mut last) {
        if field == ALGORITHM {
            return true;
        }
        if thrift.skip(kind).is_none() {
            return false;
        }
    }
    false
}

/// Reads the head of values packed by DELTA_BINARY_PACKED: how many there are, and where they end.
pub(super) fn delta_packed(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut thrift = Thrift::new(bytes);
    let (block, parts, count) = (thrift.varint()?, thrift.varint()?, thrift.varint()?);
    thrift.integer()?;
    let part = block.checked_div(parts)?;
    if part == 0 || block > 1 << 20 {
        return None;
    }
    let mut left = count.saturating_sub(1);
    while left > 0 {
        thrift.integer()?;
        let parts = usize::try_from(parts).ok()?;
        let widths = thrift.at();
        thrift.pass(parts)?;
        for width in &bytes[widths..widths + parts] {
            if left == 0 {
                break;
            }
            let bits = part.checked_mul(u64::from(*width))?;
            thrift.pass(usize::try_from(bits.div_ceil(8)).ok()?)?;
            left = left.saturating_sub(part);
        }
    }
    Some((count, thrift.at()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_header_is_read() {
        // type 2, sizes 100 and 40, a struct in front of the one that counts, a dictionary header with 7 values
        let bytes = [0x15, 4, 0x15, 200, 1, 0x15, 80, 0x4c, 0x15, 14, 0x15, 0, 0, 0, 99, 99];
        let header = PageHeader::read(&bytes).unwrap();
        assert_eq!((header.kind, header.unpacked, header.packed), (2, 100, 40));
        assert_eq!((header.values, header.length), (7, 14));
        for cut in 0..14 {
            assert_eq!(PageHeader::read(&bytes[..cut]), None, "{cut}");
        }
        // a list that claims 2^60 structs ends where the bytes end
        let list = [
            0x19, 0xfc, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10, 0, 0, 0,
        ];
        assert_eq!(PageHeader::read(&list), None);
        assert_eq!(PageHeader::read(&[0x1c; 10_000]), None, "deep nesting");
    }

    #[test]
    fn what_a_decoder_would_count_through_or_take_for_another_field_is_no_header() {
        let good = [0x15, 0, 0x15, 8, 0x15, 8, 0x2c, 0x15, 2, 0x15, 0, 0, 0];
        assert!(PageHeader::read(&good).is_some());
        // an unknown field: a list of two billion booleans
        let many = [&good[..good.len() - 1], &[0x59, 0xf1, 0xff, 0xff, 0xff, 0xff, 7, 0]].concat();
        assert!(PageHeader::read(&many).is_none());
        // the size as a list of doubles instead of a number
        assert!(PageHeader::read(&[0x15, 0, 0x19, 0xf7, 0xff, 0xff, 0xff, 0xff, 7, 0]).is_none());
        assert!(!is_sound(&many) && is_sound(&good));
    }

    #[test]
    fn the_end_of_packed_values_is_found() {
        // blocks of 128 in 4 parts, 5 values, the first is 7; deltas of 3 bits
        let mut bytes = vec![0x80, 1, 4, 5, 14, 0, 3, 0, 0, 0];
        bytes.extend([0xff; 12]);
        assert_eq!(delta_packed(&bytes), Some((5, 22)));
        assert_eq!(delta_packed(&bytes[..21]), None);
        assert_eq!(delta_packed(&[0x80, 1, 4, 0, 0]), Some((0, 5)));
        assert_eq!(delta_packed(&[0x80, 1, 0, 9, 0]), None);
    }
}
