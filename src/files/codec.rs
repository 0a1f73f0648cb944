//! Compressions: told by magic number, read through to the last member, written at the usual levels.

use std::fmt;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::members::{Members, Trailing};
use super::sniff::Format;

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Codec {
    /// Not at all.
    Plain,
    /// gzip (RFC 1952), any number of members; written at level 6.
    Gzip,
    /// Zstandard (RFC 8878), any number of frames, windows up to 2 GiB; written at level 3 with a checksum.
    Zstd,
    /// bzip2, any number of streams; written at level 9.
    Bzip2,
    /// xz, any number of streams; written at level 6.
    Xz,
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "uncompressed",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
        })
    }
}

impl Codec {
    /// The codec that a file's name says: `.gz`, `.zst`, `.bz2`, `.xz`, or none of these.
    #[must_use]
    pub fn of_name(path: &Path) -> Self {
        path.extension()
            .and_then(|extension| extension.to_str())
            .and_then(Self::of_extension)
            .unwrap_or(Self::Plain)
    }

    /// As [`of_name`](Self::of_name), but `None` where the name says nothing: neither a packing nor, as in `a.jsonl`,
    /// that there is none.
    #[must_use]
    pub fn said_by(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?;
        Self::of_extension(extension).or_else(|| Format::of_extension(extension).map(|_| Self::Plain))
    }

    /// The codec that a file name's last extension stands for.
    pub(crate) fn of_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "gz" | "gzip" => Some(Self::Gzip),
            "zst" | "zstd" => Some(Self::Zstd),
            "bz2" => Some(Self::Bzip2),
            "xz" => Some(Self::Xz),
            _ => None,
        }
    }

    /// The extension that files of this codec have.
    pub(crate) fn extension(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Gzip => Some("gz"),
            Self::Zstd => Some("zst"),
            Self::Bzip2 => Some("bz2"),
            Self::Xz => Some("xz"),
        }
    }

    /// The codec that a file's first bytes prove; [`Plain`](Self::Plain) if they prove none.
    pub(crate) fn of_bytes(head: &[u8]) -> Self {
        const GZIP: &[u8] = b"\x1f\x8b\x08";
        const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";
        const ZSTD_SKIPPABLE: &[u8] = b"\x2a\x4d\x18";
        const XZ: &[u8] = b"\xfd7zXZ\0";
        const BZIP2_BLOCK: &[u8] = b"1AY&SY";
        const BZIP2_END: &[u8] = b"\x17\x72\x45\x38\x50\x90";
        let skippable = head.first().is_some_and(|first| first & 0xf0 == 0x50) && head[1..].starts_with(ZSTD_SKIPPABLE);
        let bzip2 = head.len() >= 10
            && head.starts_with(b"BZh")
            && (b'1'..=b'9').contains(&head[3])
            && (head[4..].starts_with(BZIP2_BLOCK) || head[4..].starts_with(BZIP2_END));
        match head {
            _ if head.starts_with(GZIP) => Self::Gzip,
            _ if head.starts_with(ZSTD) || skippable => Self::Zstd,
            _ if head.starts_with(XZ) => Self::Xz,
            _ if bzip2 => Self::Bzip2,
            _ => Self::Plain,
        }
    }

    /// True if `head`, all that is left of a file, may be the beginning of packed data that was cut off.
    pub(crate) fn may_begin(self, head: &[u8]) -> bool {
        let magic: &[u8] = match self {
            Self::Plain => return false,
            Self::Gzip => b"\x1f\x8b\x08",
            Self::Zstd => b"\x28\xb5\x2f\xfd",
            Self::Bzip2 => b"BZh",
            Self::Xz => b"\xfd7zXZ\0",
        };
        let common = magic.len().min(head.len());
        magic[..common] == head[..common]
    }

    /// The unpacked bytes of `reader`. A file that is cut off is an error of kind `UnexpectedEof`; what stands behind the
    /// packed data is noted in `trailing`.
    pub(crate) fn decoder(self, reader: impl Read + Send + 'static, trailing: Arc<Trailing>) -> Box<dyn Read + Send> {
        match self {
            Self::Plain => Box::new(reader),
            packed => Box::new(Members::new(packed, reader, trailing)),
        }
    }

    /// A writer that packs what it is given. The same bytes in give the same bytes out.
    pub(crate) fn encoder<W: Write>(self, writer: W) -> io::Result<Encoder<W>> {
        Ok(match self {
            Self::Plain => Encoder::Plain(writer),
            Self::Gzip => Encoder::Gzip(flate2::write::GzEncoder::new(writer, flate2::Compression::new(6))),
            Self::Zstd => {
                let mut encoder = zstd::stream::write::Encoder::new(writer, 3)?;
                encoder.include_checksum(true)?;
                Encoder::Zstd(encoder)
            }
            Self::Bzip2 => Encoder::Bzip2(bzip2::write::BzEncoder::new(writer, bzip2::Compression::best())),
            Self::Xz => Encoder::Xz(liblzma::write::XzEncoder::new(writer, 6)),
        })
    }
}

/// A packing writer. Without [`finish`](Self::finish) its output is not whole.
pub(crate) enum Encoder<W: Write> {
    Plain(W),
    Gzip(flate2::write::GzEncoder<W>),
    Zstd(zstd::stream::write::Encoder<'static, W>),
    Bzip2(bzip2::write::BzEncoder<W>),
    Xz(liblzma::write::XzEncoder<W>),
}

impl<W: Write> Encoder<W> {
    /// The writer below.
    pub(crate) fn writer(&self) -> &W {
        match self {
            Self::Plain(writer) => writer,
            Self::Gzip(encoder) => encoder.get_ref(),
            Self::Zstd(encoder) => encoder.get_ref(),
            Self::Bzip2(encoder) => encoder.get_ref(),
            Self::Xz(encoder) => encoder.get_ref(),
        }
    }

    /// Writes the end of the packed data and gives the writer back.
    pub(crate) fn finish(self) -> io::Result<W> {
        match self {
            Self::Plain(writer) => Ok(writer),
            Self::Gzip(encoder) => encoder.finish(),
            Self::Zstd(encoder) => encoder.finish(),
            Self::Bzip2(encoder) => encoder.finish(),
            Self::Xz(encoder) => encoder.finish(),
        }
    }
}

impl<W: Write> Write for Encoder<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(writer) => writer.write(bytes),
            Self::Gzip(encoder) => encoder.write(bytes),
            Self::Zstd(encoder) => encoder.write(bytes),
            Self::Bzip2(encoder) => encoder.write(bytes),
            Self::Xz(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(writer) => writer.flush(),
            Self::Gzip(encoder) => encoder.flush(),
            Self::Zstd(encoder) => encoder.flush(),
            Self::Bzip2(encoder) => encoder.flush(),
            Self::Xz(encoder) => encoder.flush(),
        }
    }
}

/// A reader that counts its bytes where others can see it.
#[derive(Debug)]
pub(crate) struct Counting<R> {
    pub(crate) inner: R,
    pub(crate) count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Codec; 5] = [Codec::Plain, Codec::Gzip, Codec::Zstd, Codec::Bzip2, Codec::Xz];

    fn pack(codec: Codec, text: &[u8]) -> Vec<u8> {
        let mut encoder = codec.encoder(Vec::new()).unwrap();
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn unpack(codec: Codec, packed: Vec<u8>) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        let decoder = codec.decoder(io::Cursor::new(packed), Arc::default());
        // in pieces that end anywhere
        let mut decoder = io::BufReader::with_capacity(777, decoder);
        decoder.read_to_end(&mut text)?;
        Ok(text)
    }

    #[test]
    fn what_is_packed_is_recognised_and_unpacked() {
        for codec in ALL {
            for text in [&b""[..], b"one", &b"two lines\nand more\n".repeat(20_000)] {
                let packed = pack(codec, text);
                assert_eq!(Codec::of_bytes(&packed), codec, "{codec} {}", text.len());
                assert_eq!(unpack(codec, packed).unwrap(), text, "{codec}");
            }
        }
    }

    #[test]
    fn all_members_are_read() {
        for codec in ALL {
            let both = [pack(codec, b"first\n"), pack(codec, b""), pack(codec, b"second\n")].concat();
            assert_eq!(unpack(codec, both).unwrap(), b"first\nsecond\n", "{codec}");
        }
    }

    #[test]
    fn zeros_and_garbage_behind_the_last_member_end_the_data() {
        let text = b"two lines\nand more\n".repeat(20_000);
        for codec in &ALL[1..] {
            let packed = pack(*codec, &text);
            for (behind, garbage) in [
                (vec![], 0),
                (vec![0; 1], 0),
                (vec![0; 300_000], 0),
                (b"garbage".to_vec(), 7),
                (b"g".repeat(300_000), 300_000),
                (b"\0\0\0g\0".to_vec(), 2),
            ] {
                let trailing = Arc::<Trailing>::default();
                let all = [&packed[..], &behind].concat();
                let mut unpacked = Vec::new();
                let mut decoder = codec.decoder(io::Cursor::new(all), Arc::clone(&trailing));
                decoder.read_to_end(&mut unpacked).unwrap();
                assert!(unpacked == text, "{codec}");
                assert_eq!(
                    (trailing.bytes(), trailing.garbage()),
                    (behind.len() as u64, garbage),
                    "{codec}"
                );
            }
            // padding between members
            let two = [&packed[..], &[0; 8], &pack(*codec, b"end")].concat();
            assert!(unpack(*codec, two).unwrap() == [&text[..], b"end"].concat(), "{codec}");
            // the beginning of another member is a cut, and no garbage
            let cut = [&packed[..], &packed[..2]].concat();
            assert_eq!(unpack(*codec, cut).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        }
        // zstd has frames that hold nothing for us
        let skippable = [b"\x50\x2a\x4d\x18\x03\0\0\0abc".to_vec(), pack(Codec::Zstd, b"one")].concat();
        assert_eq!(unpack(Codec::Zstd, skippable).unwrap(), b"one");
    }

    #[test]
    fn a_cut_is_never_an_end() {
        let text: Vec<u8> = (0..50_000u32)
            .flat_map(|i| i.wrapping_mul(2_654_435_761).to_le_bytes())
            .collect();
        for codec in &ALL[1..] {
            let packed = pack(*codec, &text);
            let again = pack(*codec, &text);
            for cut in [packed.len() - 1, packed.len() - 9, packed.len() / 2, 12] {
                let error = unpack(*codec, packed[..cut].to_vec()).expect_err(&format!("{codec} cut at {cut}"));
                assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "{codec} {cut} {error}");
                // cut in the second member
                let two = [&packed[..], &again[..cut]].concat();
                unpack(*codec, two).expect_err(&format!("{codec}, second member cut at {cut}"));
            }
        }
    }
}
