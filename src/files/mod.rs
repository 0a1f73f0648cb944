//! Articles in files: read from JSON Lines, Parquet and text, written back with every other byte as it was.
//!
//! ```text
//! discover(inputs) ─> Source ─┬─ read(options) ────> Batch ─> Record ─> texts
//!                             └─ rewrite(.., edit) ─> the same file without (or again with) some spans of text
//! ```
//!
//! - [`discover()`] turns what a user names (files, folders, `-`) into [`Source`]s. Formats are told by name and by
//!   first bytes; what looks like none is [not read](Source::unread), but still there to be copied.
//! - [`Source::read`] gives [`Batch`]es of [`Record`]s in the order of the file. A record that cannot be used carries
//!   a [`Fault`] and is passed through unchanged; only a file as a whole can fail ([`FileError`]).
//! - [`Source::rewrite`] copies the file and does to each record what an [`Edit`] says. **Every byte that is not
//!   removed text stays as it was**: in JSONL the string's own spelling is spliced (`\u00e9` stays `\u00e9`), in
//!   Parquet all other column chunks are copied, and a file without edits is copied whole, packed as it was.
//! - Deleting and then [putting back](Edit::Insert) gives the unpacked file again, byte for byte. (Packing again may
//!   give other packed bytes than the tool that packed the original; in Parquet it is the values that come back.)
//! - An output is written beside its place and renamed when it is whole and on disk: see [`Output`] and [`Transaction`].
//!
//! # Example
//! ```
//! use redite::files::{Edit, FileError, Output, ReadOptions, discover};
//! use redite::model::Span;
//!
//! # let folder = tempfile::tempdir()?;
//! # let (input, output) = (folder.path().join("in.jsonl"), folder.path().join("out.jsonl"));
//! std::fs::write(&input, "{\"id\":1, \"text\":\"caf\\u00e9. caf\\u00e9.\"}\n")?;
//! let found = discover(&[input], std::io::empty(), &[])?;
//! let options = ReadOptions::default();
//! let mut removed = Vec::new();
//! found.sources[0].rewrite::<FileError>(&options, Output::file(&output), &mut |record| {
//!     let text = &record.outcome.expect("only good records come here").texts[0];
//!     let span = Span::new(6, 13);
//!     removed.push(record.raw_json(text, span).expect("the span is in the text").into_owned());
//!     Ok(Edit::Delete(vec![(text.field, vec![span])]))
//! })?;
//! assert_eq!(std::fs::read_to_string(&output)?, "{\"id\":1, \"text\":\"caf\\u00e9.\"}\n");
//! assert_eq!(removed, [" caf\\u00e9."]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cleaned;
mod codec;
mod digest;
mod discover;
mod edit;
mod error;
mod foreign;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod jsonl;
pub mod marks;
mod members;
mod name;
mod output;
mod parquet;
mod read;
mod record;
pub mod removed;
mod rewrite;
mod sniff;
mod text;
mod transaction;
mod walk;

pub use codec::Codec;
pub use digest::{Digest, Hash128};
pub use discover::{Discovery, SkipKind, Skipped, Unread, discover, discover_as, finite_stdin, refuse_overwrite};
pub use edit::{Edit, Insertion};
pub use error::FileError;
pub use name::printed_name;
pub use output::{Output, OutputFile, same_file};
pub use parquet::hush_caught_panics;
pub use read::{Batches, ReadOptions, Source};
pub use record::{Batch, Fault, FaultKind, FieldText, Fields, Id, Place, RankValue, Record};
pub use rewrite::{Restorer, RewriteStats, Rewriter};
pub use sniff::Format;
pub use transaction::{Transaction, is_unfinished};
