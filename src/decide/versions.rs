//! Paragraphs that are kept only for their numbers: new versions of others, not remainders of them. They stay whole.

use super::narrow;
use crate::join::{self, Rule};
use crate::settings::Settings;
use crate::store::{Entry, Selection, Store};
use crate::verdict::{Level, lacks_numbers};

/// Tells new versions of paragraphs.
#[derive(Clone, Copy)]
pub(crate) struct Versions<'s> {
    store: &'s Store,
    settings: &'s Settings,
}

impl<'s> Versions<'s> {
    /// Nothing where numbers are no facts, or nothing could be lost from a version.
    pub(crate) fn new(store: &'s Store, settings: &'s Settings) -> Option<Self> {
        are_told(settings).then_some(Self { store, settings })
    }

    /// What a version and its original must satisfy.
    pub(crate) fn rule(&self) -> Rule {
        rule_of(self.settings)
    }

    /// True if a paragraph, which is like an earlier one but for numbers that this lacks, is a new version of it: with a
    /// sentence in which only the numbers are others, or with two sentences of the other. (One alone may be a guest in both.)
    pub(crate) fn is_version(&self, later: u32, earlier: u32) -> bool {
        let mut entries = self.store.finest(earlier);
        let known = narrow(entries.len());
        entries.extend(self.pieces(later));
        let entries = entries.iter().map(|e| e.fold).collect();
        let store = self.store;
        is_version(&Selection::of(store, entries), known, &self.rule())
    }

    /// The pieces of a later paragraph that are held against an earlier one.
    pub(crate) fn pieces(&self, later: u32) -> impl Iterator<Item = Entry> {
        let pieces = self.store.finest(later).into_iter();
        pieces.filter(|piece| self.settings.is_judged(piece.weight))
    }
}

fn are_told(settings: &Settings) -> bool {
    settings.units().sentences() && settings.level() != Level::Boilerplate
}

fn rule_of(settings: &Settings) -> Rule {
    Rule {
        level: Level::Boilerplate,
        ..settings.rule()
    }
}

/// What a version and its original must satisfy, if versions are told.
#[cfg(feature = "index")]
pub(crate) fn rule(settings: &Settings) -> Option<Rule> {
    are_told(settings).then(|| rule_of(settings))
}

/// The same of the pieces of two paragraphs, those of the earlier one first, which are `known`.
pub(crate) fn is_version<U: join::Units + ?Sized>(pieces: &U, known: u32, rule: &Rule) -> bool {
    let shared: Vec<join::Match> = join::leaders_after(pieces, known, rule)
        .into_iter()
        .flatten()
        .filter(|m| m.earlier < known)
        .collect();
    shared.len() > 1
        || shared
            .iter()
            .any(|m| lacks_numbers(pieces.text(m.later), pieces.text(m.earlier)))
}
