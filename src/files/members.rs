//! Unpacking, member by member, to the last one and no further.
//!
//! Behind the last member there may be zeros (padding of tapes and block devices) or bytes that belong to no member. As
//! gzip(1) does it, both end the data; what they are is noted, so that they can be told of and kept.

use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use zstd::stream::raw::{DParameter, Decoder as RawZstd, InBuffer, Operation, OutBuffer};

use super::codec::Codec;

/// What stands behind the packed data of a file, once it has been read to its end.
#[derive(Debug, Default)]
pub(crate) struct Trailing {
    bytes: AtomicU64,
    garbage: AtomicU64,
}

impl Trailing {
    /// All bytes behind the last member.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Those of them from the first on that is not zero.
    pub(crate) fn garbage(&self) -> u64 {
        self.garbage.load(Ordering::Relaxed)
    }
}

/// The unpacked bytes of all members.
pub(crate) struct Members<R> {
    codec: Codec,
    state: State<R>,
    trailing: Arc<Trailing>,
}

enum State<R> {
    /// Before a member, or behind the last; `true` if none has been read.
    Between(Ahead<R>, bool),
    Gzip(flate2::bufread::GzDecoder<Ahead<R>>),
    Bzip2(bzip2::bufread::BzDecoder<Ahead<R>>),
    Xz(liblzma::bufread::XzDecoder<Ahead<R>>),
    Zstd(Box<RawZstd<'static>>, Ahead<R>),
    Over,
}

impl<R: Read> Members<R> {
    /// Of `reader`, which is packed.
    pub(crate) fn new(codec: Codec, reader: R, trailing: Arc<Trailing>) -> Self {
        Self {
            codec,
            state: State::Between(Ahead::new(reader), true),
            trailing,
        }
    }

    /// Goes to the next member.
    fn begin(&mut self, mut ahead: Ahead<R>, first: bool) -> io::Result<State<R>> {
        let mut zeros = 0;
        while !first && ahead.peek(1)? == [0] {
            ahead.consume(1);
            zeros += 1;
        }
        let head = ahead.peek(10)?;
        if Codec::of_bytes(head) == self.codec {
            return Ok(match self.codec {
                Codec::Plain => return Err(io::ErrorKind::InvalidInput.into()),
                Codec::Gzip => State::Gzip(flate2::bufread::GzDecoder::new(ahead)),
                Codec::Bzip2 => State::Bzip2(bzip2::bufread::BzDecoder::new(ahead)),
                Codec::Xz => State::Xz(liblzma::bufread::XzDecoder::new(ahead)),
                Codec::Zstd => {
                    let mut zstd = RawZstd::new()?;
                    // `zstd --long=31` is used for corpora (and 30 is the most on 32 bits)
                    zstd.set_parameter(DParameter::WindowLogMax(31))
                        .or_else(|_| zstd.set_parameter(DParameter::WindowLogMax(30)))?;
                    State::Zstd(Box::new(zstd), ahead)
                }
            });
        }
        if first || (!head.is_empty() && head.len() < 10 && self.codec.may_begin(head)) {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                format!("the {} data ends where a part begins", self.codec),
            ));
        }
        let mut garbage = 0;
        loop {
            let read = ahead.fill_buf()?.len();
            if read == 0 {
                break;
            }
            garbage += read as u64;
            ahead.consume(read);
        }
        self.trailing.bytes.store(zeros + garbage, Ordering::Relaxed);
        self.trailing.garbage.store(garbage, Ordering::Relaxed);
        Ok(State::Over)
    }
}

impl<R: Read> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let read = match &mut self.state {
                State::Between(..) => 0,
                State::Over => return Ok(0),
                State::Gzip(decoder) => decoder.read(buffer)?,
                State::Bzip2(decoder) => decoder.read(buffer)?,
                State::Xz(decoder) => decoder.read(buffer)?,
                State::Zstd(decoder, ahead) => match read_zstd(decoder, ahead, buffer)? {
                    // the frame is over, but has given something
                    (read, true) if read > 0 => {
                        if let State::Zstd(_, ahead) = std::mem::replace(&mut self.state, State::Over) {
                            self.state = State::Between(ahead, false);
                        }
                        return Ok(read);
                    }
                    (read, _) => read,
                },
            };
            if read > 0 {
                return Ok(read);
            }
            let (ahead, first) = match std::mem::replace(&mut self.state, State::Over) {
                State::Between(ahead, first) => (ahead, first),
                State::Gzip(decoder) => (decoder.into_inner(), false),
                State::Bzip2(decoder) => (decoder.into_inner(), false),
                State::Xz(decoder) => (decoder.into_inner(), false),
                State::Zstd(_, ahead) => (ahead, false),
                State::Over => return Ok(0),
            };
            self.state = self.begin(ahead, first)?;
        }
    }
}

/// The next bytes of a frame, and whether it is over. No bytes: it is.
fn read_zstd<R: Read>(
    decoder: &mut RawZstd<'static>,
    ahead: &mut Ahead<R>,
    buffer: &mut [u8],
) -> io::Result<(usize, bool)> {
    loop {
        let input = ahead.fill_buf()?;
        let at_end = input.is_empty();
        let mut input = InBuffer::around(input);
        let mut output = OutBuffer::around(&mut *buffer);
        let hint = decoder.run(&mut input, &mut output)?;
        let (taken, given) = (input.pos(), output.pos());
        ahead.consume(taken);
        if hint == 0 || given > 0 {
            return Ok((given, hint == 0));
        }
        if at_end {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "incomplete frame"));
        }
    }
}

/// A buffered reader that shows what comes next.
struct Ahead<R> {
    reader: R,
    buffer: Vec<u8>,
    at: usize,
    end: usize,
}

impl<R: Read> Ahead<R> {
    fn new(reader: R) -> Self {
        Self {
            reader,
            buffer: vec![0; 128 << 10],
            at: 0,
            end: 0,
        }
    }

    /// The next `count` bytes; fewer only where there are no more.
    fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        while self.end - self.at < count {
            self.buffer.copy_within(self.at..self.end, 0);
            self.end -= self.at;
            self.at = 0;
            match self.reader.read(&mut self.buffer[self.end..]) {
                Ok(0) => break,
                Ok(read) => self.end += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(&self.buffer[self.at..self.end.min(self.at + count)])
    }
}

impl<R: Read> Read for Ahead<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: Read> BufRead for Ahead<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.end {
            self.peek(1)?;
        }
        Ok(&self.buffer[self.at..self.end])
    }

    fn consume(&mut self, count: usize) {
        self.at += count;
    }
}

/// Why reading is stopped that would take too much; the whole message but for the name of the file.
#[derive(Debug)]
pub(crate) struct Refused(pub(crate) String);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

/// Unpacked bytes up to a limit; more are an error.
pub(crate) struct Limited<R> {
    pub(crate) reader: R,
    /// Bytes that may still come.
    pub(crate) left: u64,
    pub(crate) limit: u64,
    pub(crate) packed: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => self.left = left,
            None => {
                let (limit, packed) = (self.limit, self.packed);
                return Err(io::Error::other(Refused(format!(
                    "its {packed} bytes unpack to more than {limit}: it may be a decompression bomb; if it is not, raise the limit \
                     (with the program: --max-unpacked)"
                ))));
            }
        }
        Ok(read)
    }
}
