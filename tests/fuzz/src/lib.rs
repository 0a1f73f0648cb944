//! What the targets share: inputs as choices, texts made of pieces that matter, and how they run.

mod pieces;

use redite::files::{Output, ReadOptions, Source, discover};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

pub use pieces::{JSON, TEXT};

/// Makes the fuzzing thread the whole rayon pool: no execution waits for another thread.
///
/// # Panics
/// If the pool exists.
pub fn one_thread() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread();
    pool.build_global().expect("nothing has used rayon before");
}

/// An input read as a row of choices. After its end every choice is 0.
#[derive(Clone, Debug)]
pub struct Choices<'d>(&'d [u8]);

impl<'d> Choices<'d> {
    #[must_use]
    pub fn new(data: &'d [u8]) -> Self {
        Self(data)
    }

    /// True after the last byte.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        match self.0.split_first() {
            Some((&byte, rest)) => {
                self.0 = rest;
                byte
            }
            None => 0,
        }
    }

    /// A number below `end`, which is at most 256.
    pub fn below(&mut self, end: usize) -> usize {
        usize::from(self.byte()) % end
    }

    /// One of several.
    pub fn of<T: Copy>(&mut self, these: &[T]) -> T {
        these[self.below(these.len())]
    }

    /// True in half of all cases.
    pub fn coin(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    /// The bytes that are left.
    #[must_use]
    pub fn rest(self) -> &'d [u8] {
        self.0
    }

    /// Any character: one of a plane that is in use, most often of the first.
    pub fn char(&mut self) -> char {
        let (high, low) = (self.byte(), self.byte());
        let plane = match high {
            0xD8..=0xDB => 1,
            0xDC => 2,
            0xDD => 0xE,
            0xDE | 0xDF => 0xF,
            _ => 0,
        };
        let high = if plane == 0 { high } else { self.byte() };
        let code = plane << 16 | u32::from(high) << 8 | u32::from(low);
        char::from_u32(code).unwrap_or('\u{fffd}')
    }
}

/// A text: the bytes themselves, or, if the first one says so, pieces of `from` chosen by them, any character, and
/// what came before once more.
#[must_use]
pub fn text(data: &[u8], from: &[&str]) -> String {
    let mut choices = Choices::new(data);
    if choices.coin() {
        return String::from_utf8_lossy(choices.rest()).into_owned();
    }
    pieces(choices, from)
}

/// A text made of pieces.
#[must_use]
pub fn pieces(mut choices: Choices<'_>, from: &[&str]) -> String {
    const LONGEST: usize = 1 << 10;
    let mut out = String::new();
    while !choices.is_over() && out.len() < LONGEST {
        match choices.byte() {
            0xFF => out.push(choices.char()),
            // so that runs are longer than any window or block of 32 bytes
            0xFE => {
                let how = choices.byte();
                let (back, times) = (usize::from(how & 15), usize::from(how >> 4));
                let from = out.char_indices().rev().nth(back).map_or(0, |(at, _)| at);
                let again = out[from..].repeat(times);
                out.push_str(&again);
            }
            byte => out.push_str(from[usize::from(byte) % from.len()]),
        }
    }
    out
}

/// The bytes as a file that comes from standard input, the program's own way to files without a name; nothing if they
/// are not read as articles. `TMPDIR` should be in memory.
///
/// # Panics
/// If the error does not name standard input.
#[must_use]
pub fn file(bytes: &[u8]) -> Option<Source> {
    match discover(&[PathBuf::from("-")], bytes, &[]) {
        Ok(found) => found.sources.into_iter().find(|source| source.unread().is_none()),
        Err(error) => {
            let message = error.to_string();
            assert!(message.starts_with("standard input: "), "{message}");
            None
        }
    }
}

/// A writer into memory.
#[derive(Clone, Debug, Default)]
pub struct Sink(Arc<Mutex<Vec<u8>>>);

impl Sink {
    /// As an output.
    #[must_use]
    pub fn output(&self) -> Output {
        Output::stream("memory", self.clone())
    }

    /// What was written.
    #[must_use]
    pub fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Options that read plain and nested fields.
#[must_use]
pub fn read_options(nested: bool) -> ReadOptions {
    let names: &[&str] = if nested { &["a.b", "text", ""] } else { &["text"] };
    ReadOptions {
        text_fields: names.iter().map(|&name| name.to_owned()).collect(),
        max_text_bytes: 1 << 20,
        ..ReadOptions::default()
    }
}
