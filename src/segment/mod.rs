//! Paragraphs, sentences and the language of a text: where a text may be cut.
//!
//! | call | from | to |
//! |---|---|---|
//! | [`paragraphs`] | a text | spans of its paragraphs |
//! | [`Language::from_tag`], [`Language::detect`] | a tag, a text | the language whose rules apply |
//! | [`sentences`] | a paragraph, its language | spans of its sentences |
//! | [`parts`] | a sentence | spans of what might be sentences of their own |
//!
//! All are pure functions. They accept any string, take time linear in its length, and allocate nothing but
//! what `out` needs. What they return is white-space-trimmed, in order, without overlap, and together holds every
//! character of the input that is not white space, so nothing a later step removes or keeps can fall between two spans.
//!
//! # Example
//! ```
//! use redite::segment::{Language, Paragraphs, paragraphs, sentences};
//!
//! let text = "Dr. Ada came at 3 p.m. yesterday. \"Really?\" he asked.\n\nNobody knows.";
//! let (mut paras, mut found) = (Vec::new(), Vec::new());
//! paragraphs(text, Paragraphs::Auto, &mut paras);
//! assert_eq!(paras.len(), 2);
//!
//! let first = &text[paras[0].range()];
//! sentences(first, Language::from_tag("en"), &mut found);
//! let said: Vec<&str> = found.iter().map(|s| &first[s.range()]).collect();
//! assert_eq!(said, ["Dr. Ada came at 3 p.m. yesterday.", "\"Really?\" he asked."]);
//! ```
//!
//! # A language is a file
//! Everything that differs between languages stands in `lang/<code>.txt`, one key a line, and is described in
//! `lang/template.txt`. To add one: copy the template, fill it, add its code to the list in `rules.rs`.

mod chars;
mod language;
mod next;
mod paragraph;
mod part;
mod rules;
mod sentence;
#[cfg(test)]
mod steps;
mod wrap;

pub(crate) use chars::lower as is_small;
pub use language::Language;
pub(crate) use language::is_cut_alike;
pub use paragraph::{Paragraphs, paragraphs};
pub use part::parts;
pub use sentence::sentences;
pub(crate) use sentence::sentences_and_whole;
