//! Whole articles that are planted: reprints, updates and excerpts of others, and what `mark` tells of them.
//!
//! `evaluate --relations --write` writes a folder with three files. `articles.jsonl`: one JSON object a line with `id`, `lang` and
//! `text`, as in a planted set (see `truth`). `relations.jsonl`: one object for each planted article:
//!
//! | field | type | meaning |
//! |---|---|---|
//! | `article` | string | its id |
//! | `planted` | string | `reprint`, `update` or `excerpt` |
//! | `of` | string | the id of the article that it was made from, which stands before it |
//! | `lang` | string | the language of both |
//!
//! `meta.json`: `format`, `redite planted articles 1`; `seed`, `per_grade`, `max_text`; `articles`, how many there are.
//!
//! # How it is made
//! Of the given articles those are taken of which at least 90 % of the bytes stand in paragraphs that are free of repeats, by the
//! yardstick's own rule (see `base`); the others are left out, because nobody has said what they are. In random order they
//! give one of each kind:
//!
//! | planted | how it is made |
//! |---|---|
//! | `reprint` | a paragraph of at most 15 % of the bytes is left out; of the paragraphs of 20 words and more a third has one to three touched (a common one exchanged, left out or put in; a slip of the pen), and a third is edited as in grade `punct`; two paragraphs are joined, one is cut in two where a sentence ends; half get another headline, half an agency before the first paragraph of 20 words; a quarter, of scripts with spaces, is wrapped to 72 columns |
//! | `update` | the whole, of half of them one paragraph of at most 15 % of the bytes edited as in grade `edit20`; and paragraphs of articles that are used for nothing else, each at a random place, which make up 25 to 60 % of the bytes |
//! | `excerpt` | neighbouring paragraphs, at least two of eight words, which make up a third to two thirds of the bytes; nothing else |
//!
//! What an article is made from has at least three paragraphs of 20 words, and stands before it.
//!
//! # How it is scored
//! A planted article is told right if its relation is the planted one, and the article that it repeats most is the one that it was made
//! from. Of all other articles, those that others were made from among them, those are told wrong whose relation is not `original`.

pub(crate) mod plant;
pub(crate) mod report;

use super::score::detect;
use super::truth::{ARTICLES, Article, META, NewFiles};
use crate::relation::{Relation, Shares};
use crate::relations::{Relations, Standing};
use anyhow::Result;
use redite::{ArticleId, Detector};
use serde::Serialize;
use std::collections::BTreeMap;

const FORMAT: &str = "redite planted articles 1";
const RELATIONS: &str = "relations.jsonl";

/// Articles, some of which were made from others.
#[derive(Debug)]
pub(crate) struct Planted {
    pub(crate) articles: Vec<Article>,
    /// For each article what it was planted as, and from which one it was made; `None` for those that were not planted.
    pub(crate) truth: Vec<Option<(Relation, usize)>>,
    pub(crate) meta: Meta,
}

/// What was asked for.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Meta {
    format: &'static str,
    redite: &'static str,
    pub(crate) seed: u64,
    per_grade: u32,
    max_text: u64,
    articles: u64,
}

#[derive(Serialize)]
struct Line<'s> {
    article: &'s str,
    planted: String,
    of: &'s str,
    lang: &'s str,
}

impl Planted {
    /// Writes the three files.
    pub(crate) fn write(&self, files: &NewFiles) -> Result<()> {
        files.write(ARTICLES, self.articles.iter().map(serde_json::to_string))?;
        let planted = self.articles.iter().zip(&self.truth);
        let lines = planted.filter_map(|(article, truth)| {
            let (relation, of) = truth.as_ref()?;
            Some(serde_json::to_string(&Line {
                article: &article.id,
                planted: relation.to_string(),
                of: &self.articles.get(*of)?.id,
                lang: &article.lang,
            }))
        });
        files.write(RELATIONS, lines)?;
        files.write(META, [serde_json::to_string_pretty(&self.meta)].into_iter())
    }

    /// How many were planted.
    pub(crate) fn count(&self) -> u64 {
        self.truth.iter().flatten().count() as u64
    }

    /// What is told of them with these settings.
    pub(crate) fn run(
        &self,
        detector: &Detector,
        shares: Shares,
        observe: &(dyn Fn(redite::Progress) + Sync),
    ) -> Result<Told> {
        let detections = detect(&self.articles, detector, observe)?;
        let relations = Relations::of(&detections, detector.settings(), shares, None)?;
        let mut told = Told::default();
        for ((id, article), truth) in (0..).zip(&self.articles).zip(&self.truth) {
            let id = ArticleId(id);
            let standing = relations.standing(&*detections.block_of(id)?, id);
            let planted = truth.map_or(Relation::Original, |truth| truth.0);
            let is_other = truth.is_some_and(|(_, of)| {
                standing.relation == planted && standing.most.is_none_or(|most| most.article.0 as usize != of)
            });
            let tally = told.tallies.entry((article.lang.clone(), planted)).or_default();
            tally.articles += 1;
            *tally.told.entry(standing.relation).or_default() += 1;
            tally.of_another += u64::from(is_other);
            if standing.relation != planted || is_other {
                told.wrong.push((id.0 as usize, standing));
            }
        }
        Ok(told)
    }
}

/// What was told of all articles.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// By language and what they were planted as; those that were not are `original`.
    pub(crate) tallies: BTreeMap<(String, Relation), Tally>,
    /// The articles that were told wrong, and as what.
    pub(crate) wrong: Vec<(usize, Standing)>,
}

/// What was told of some articles.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) articles: u64,
    pub(crate) told: BTreeMap<Relation, u64>,
    /// Those whose relation is right, but to another article.
    pub(crate) of_another: u64,
}

impl Tally {
    /// How many were told right, if they were planted as this.
    pub(crate) fn right(&self, planted: Relation) -> u64 {
        self.told.get(&planted).copied().unwrap_or_default() - self.of_another
    }

    fn add(&mut self, other: &Self) {
        self.articles += other.articles;
        self.of_another += other.of_another;
        for (relation, count) in &other.told {
            *self.told.entry(*relation).or_default() += count;
        }
    }
}

impl Told {
    /// Over all languages.
    pub(crate) fn total(&self, planted: Relation) -> Tally {
        let mut sum = Tally::default();
        for (_, tally) in self.tallies.iter().filter(|((_, as_this), _)| *as_this == planted) {
            sum.add(tally);
        }
        sum
    }
}
