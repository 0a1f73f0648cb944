//! What goes, in words: what is refused and warned of before anything is written.

use crate::amounts::share;
use crate::outputs::is_stdout;
use anyhow::{Result, bail};
use redite::files::{Format, Output, Source, Transaction};
use std::path::Path;

/// Above this share of the text a warning is due even where no limit was set.
const SUSPICIOUS: f64 = 0.3;

/// The output for a report: a file, or standard output.
pub(crate) fn report(path: &Path, transaction: &Transaction) -> Output {
    if is_stdout(path) {
        Output::stdout()
    } else {
        Output::file_in(transaction, path).packed_as(path)
    }
}

/// Refuses to leave out rows of Parquet: their other columns are copied, not written anew.
pub(crate) fn refuse_drop_empty(drop_empty: bool, sources: &[Source]) -> Result<()> {
    let parquet = |source: &&Source| source.format() == Format::Parquet && source.unread().is_none();
    match sources.iter().find(parquet).filter(|_| drop_empty) {
        None => Ok(()),
        Some(source) => bail!(
            "--drop-empty: {} is Parquet, of which no row can be left out; give only its JSON Lines, or leave the \
             option out: such rows keep an empty text",
            source.name()
        ),
    }
}

/// Bytes that go, by what they are: paragraphs or sentences, equal or near repeats, of the same article or others.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Makeup {
    parts: [u64; 8],
    /// What is none of these.
    others: u64,
}

impl Makeup {
    pub(crate) fn add(&mut self, is_paragraph: bool, is_near: bool, is_within: bool, bytes: u64) {
        let part = usize::from(is_paragraph) | usize::from(is_near) << 1 | usize::from(is_within) << 2;
        self.parts[part] += bytes;
    }

    /// Of something else.
    pub(crate) fn add_other(&mut self, bytes: u64) {
        self.others += bytes;
    }

    /// All of it.
    pub(crate) fn bytes(&self) -> u64 {
        self.parts.iter().sum::<u64>() + self.others
    }

    /// What most of it is, in words; nothing if it is many things.
    fn dominant(&self) -> Option<String> {
        let (part, &bytes) =
            (self.parts.iter().enumerate()).max_by_key(|(part, bytes)| (**bytes, usize::MAX - part))?;
        let words = |bit: usize, [no, yes]: [&'static str; 2]| if part >> bit & 1 == 1 { yes } else { no };
        (2 * bytes > self.bytes()).then(|| {
            format!(
                "most of it ({}) {} {} that repeat {}",
                share(bytes, self.bytes()),
                words(1, ["equal", "near"]),
                words(0, ["sentences", "paragraphs"]),
                words(2, ["other articles", "their own article"]),
            )
        })
    }
}

impl std::ops::AddAssign<&Self> for Makeup {
    fn add_assign(&mut self, other: &Self) {
        for (sum, bytes) in self.parts.iter_mut().zip(other.parts) {
            *sum += bytes;
        }
        self.others += other.others;
    }
}

/// Refuses to remove more than was allowed, and warns where much is removed.
pub(crate) fn check_share(most: Option<f64>, going: &Makeup, text: u64, say: impl Fn(&str)) -> Result<()> {
    let what = going.dominant().map_or(String::new(), |what| format!(", {what}"));
    check_share_of(most, [going.bytes(), text], (&what, "redite find"), say)
}

/// The same, where it is known what most of it is, and which command shows all.
pub(crate) fn check_share_of(
    most: Option<f64>,
    [removed, text]: [u64; 2],
    (what, shows): (&str, &str),
    say: impl Fn(&str),
) -> Result<()> {
    #[expect(clippy::cast_precision_loss, reason = "a share for people")]
    let part = removed as f64 / text.max(1) as f64;
    match most {
        Some(most) if part > most => {
            bail!(
                "{:.1} % of the text would be removed{what}; that is more than the {:.1} % of --max-removed; nothing was written. \
                 See what it is with `{shows}`, or raise the limit",
                part * 100.0,
                most * 100.0
            )
        }
        None if part > SUSPICIOUS => {
            say(&format!(
                "redite: WARNING: {:.1} % of the text is removed{what}. See what it is with `{shows}`; --max-removed 50% \
                 stops such a run before anything is written",
                part * 100.0
            ));
            Ok(())
        }
        _ => Ok(()),
    }
}
