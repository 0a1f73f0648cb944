//! All that the line of a removed unit says, for those who show it.

use super::super::error::FileError;
use super::{RemovedReader, open};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::io::BufRead;
use std::path::Path;

/// A removed unit, as its line tells it. The fields are those of the [format](super).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the page of the format explains them")]
pub struct ToldUnit<'l> {
    #[serde(borrow)]
    article: &'l RawValue,
    #[serde(borrow)]
    pub source: Cow<'l, str>,
    #[serde(borrow)]
    pub field: Cow<'l, str>,
    #[serde(borrow)]
    pub unit: Cow<'l, str>,
    pub bytes: [u32; 2],
    pub chars: [u32; 2],
    /// The text of the range, without the escapes of JSON.
    #[serde(borrow)]
    pub text: Cow<'l, str>,
    #[serde(borrow)]
    pub rule: Cow<'l, str>,
    #[serde(borrow)]
    pub measure: Cow<'l, str>,
    pub similarity: f64,
    #[serde(default)]
    pub lost: Vec<String>,
    #[serde(default)]
    pub reprint: bool,
    #[serde(borrow)]
    pub kept: Option<ToldKept<'l>>,
}

/// The unit that is kept in favour of a removed one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the page of the format explains them")]
pub struct ToldKept<'l> {
    #[serde(borrow)]
    article: &'l RawValue,
    #[serde(borrow)]
    pub source: Cow<'l, str>,
    #[serde(borrow, default)]
    pub field: Option<Cow<'l, str>>,
    pub bytes: [u32; 2],
    #[serde(borrow)]
    pub text: Cow<'l, str>,
}

impl<'l> ToldUnit<'l> {
    /// The article's identity: a string without quotes, or a number.
    #[must_use]
    pub fn article(&self) -> Cow<'l, str> {
        identity(self.article)
    }
}

impl<'l> ToldKept<'l> {
    /// The article's identity: a string without quotes, or a number.
    #[must_use]
    pub fn article(&self) -> Cow<'l, str> {
        identity(self.article)
    }
}

fn identity(raw: &RawValue) -> Cow<'_, str> {
    #[derive(Deserialize)]
    struct Text<'t>(#[serde(borrow)] Cow<'t, str>);

    match serde_json::from_str(raw.get()) {
        Ok(Text(text)) => text,
        Err(_) => Cow::Borrowed(raw.get()),
    }
}

fn parse(line: &str) -> Result<ToldUnit<'_>, String> {
    serde_json::from_str(line).map_err(|error| format!("not the line of a removed unit: {error}"))
}

impl<R: BufRead> RemovedReader<R> {
    /// The line that was read last, if it is that of a unit.
    ///
    /// # Errors
    /// If it is not, or `kept` is not as it should be.
    pub fn told(&self) -> Result<ToldUnit<'_>, FileError> {
        parse(&self.line).map_err(|what| FileError::removed(&self.name, self.number, what))
    }
}

/// Reads some lines of a file of removed units, plain or compressed, once more, and nothing else of it. `numbers` are
/// ascending, as [`RemovedReader::number`] gives them.
///
/// # Errors
/// If the file cannot be read, or one of these lines is not that of a unit.
pub fn read_again(
    path: &Path,
    numbers: impl IntoIterator<Item = u64>,
    mut each: impl FnMut(u64, ToldUnit<'_>),
) -> Result<(), FileError> {
    let reading = |cause| FileError::reading(path, cause);
    let mut input = open(path)?;
    let mut line = Vec::new();
    let mut at = 0;
    for number in numbers {
        while at + 1 < number {
            input.skip_until(b'\n').map_err(reading)?;
            at += 1;
        }
        line.clear();
        input.read_until(b'\n', &mut line).map_err(reading)?;
        at += 1;
        let text = std::str::from_utf8(&line).map_err(|error| error.to_string());
        let told = text.and_then(parse);
        each(
            number,
            told.map_err(|what| FileError::removed(&path.display().to_string(), number, what))?,
        );
    }
    Ok(())
}
