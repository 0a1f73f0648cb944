//! redite (French: a thing said twice) finds sentences and paragraphs that repeat one another, **exact or near, inside
//! one article and across millions, in any language and script**, and says of each which kept text it repeats, where,
//! and how near.
//!
//! # One text: what does it say twice?
//! ```
//! use redite::Detector;
//!
//! let text = "The council met on Monday and counted 1,500 visitors at the fair. \
//!             Rain fell all day. \
//!             The council met on Monday, and counted 1 500 visitors at the fair.";
//! let detector = Detector::new();
//! let repeats = detector.repeats(text);
//! assert_eq!(&text[repeats[0].kept.span.range()], "The council met on Monday and counted 1,500 visitors at the fair.");
//! assert!(detector.clean(text).ends_with("Rain fell all day."));
//! ```
//!
//! # A stream of articles: which sentences and paragraphs go, because of which?
//! ```
//! use redite::{Article, Detector, Scope};
//!
//! let articles = [
//!     Article::new("A storm tore the roof off the old market hall on Friday night."),
//!     Article::new("Traders on the square fear for their stalls and their stock. A storm tore the roof off the old market hall late on Friday night."),
//!     Article::new("A storm tore the roof off the old market hall on Friday night, killing 3."),
//! ];
//! let detector = Detector::builder().threshold(0.7).scope(Scope::Corpus).build()?;
//! let detection = detector.detect(articles.clone());
//! for repeat in detection.repeats() {
//!     println!("{:?} repeats {:?} ({}, {})", repeat.removed, repeat.kept, repeat.reason, repeat.similarity);
//! }
//! // The third article holds a number that the first does not: another fact, and kept.
//! assert_eq!(detection.repeats().count(), 1);
//! let cleaned = detection.clean(redite::ArticleId(1), 0, &articles[1].texts[0])?;
//! assert_eq!(cleaned, "Traders on the square fear for their stalls and their stock.");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A corpus too large for memory
//! ```
//! use redite::{Detector, Memory};
//!
//! let memory = Memory::new(64 << 20).in_folder(std::env::temp_dir());
//! let mut session = Detector::new().session_within(memory);
//! for day in 0..1000 {
//!     session.push(&format!("Dispatch {day}.\n\nAll rights to this dispatch are reserved by its authors.").into())?;
//! }
//! let detection = session.finish()?;
//! for number in 0..detection.blocks() {
//!     // Some articles that follow one another, as if they were all there are.
//!     for repeat in detection.block(number)?.repeats() {
//!         assert_eq!(repeat.kept.article.0, 0);
//!     }
//! }
//! assert_eq!(detection.stats()?.removed_equal, 999);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A test set that must not be in the corpus: what of a text stands in it?
//! ```
//! use redite::Reference;
//!
//! let reference = Reference::new(["A train leaves at 9:40 and travels 1,200 km in 8 hours. How fast is it?"]);
//! let page = "From a forum. a train leaves at 9.40, and travels 1 200 km\nin 8 hours; how fast is it? I got 150.";
//! let found = reference.find(page);
//! assert_eq!(&page[found[0].span.range()], "a train leaves at 9.40, and travels 1 200 km\nin 8 hours; how fast is it?");
//! ```
//!
//! # What holds
//! - Every pair at or above the threshold is found ([`join`] is exact) and every pair is verified on the folds
//!   themselves.
//! - What stands for a removed unit is itself kept, whole. There are no chains.
//! - A unit goes only if nothing is lost that its [`Level`] keeps: each of its numbers stands, by value, in the kept text.
//! - The result is a function of the articles, their order and the [`Settings`], not of threads, batches or hash seeds.
//! - No text can cause an error or a panic. Only settings can be wrong, temporary files, and more articles than 2^32 − 1.
//!
//! # Lower level
//! The modules of the pipeline can be used by themselves: [`segment`] cuts, [`fold`] makes texts comparable, [`shingle`]
//! and [`join`] find what is alike, [`verdict`] says what would be lost, [`reference`](mod@reference) what is contained in other texts. Without default features the library needs ahash,
//! rapidhash, rayon, tempfile, unicode-normalization and whatlang, and what these need.

mod article;
mod decide;
mod detector;
mod error;
// What the program reads and writes with. Not for others: it changes with the program, without notice.
#[cfg(feature = "files")]
#[doc(hidden)]
pub mod files;
pub mod fold;
mod hash;
#[cfg(feature = "index")]
pub mod index;
pub mod join;
mod letters;
// How the program reads dates and hosts, for other programs that are to give the same answers. Changes without notice.
#[cfg(feature = "metadata")]
#[doc(hidden)]
pub mod metadata;
pub mod model;
mod notes;
mod origin;
pub mod reference;
pub mod segment;
mod settings;
pub mod shingle;
mod spill;
mod steps;
mod store;
pub mod verdict;

pub use article::{Article, Rank};
pub use decide::removal_spans;
pub use detector::{
    Cut, Detection, Detections, Detector, Memory, OtherText, PushError, Repeat, Sentence, Session, Stats,
};
pub use error::{CapacityError, SettingsError};
pub use model::{ArticleId, Progress, Reason, Span, Stage, Unit, UnitKind};
pub use origin::Origin;
pub use reference::{Contained, Reference};
pub use settings::{DetectorBuilder, Keep, Scope, Settings, UnitChoice};
pub use spill::SpillError;
pub use verdict::{Level, Lost};
