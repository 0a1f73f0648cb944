//! The inputs held against a test set, article by article, and what is counted on the way.

use crate::corpus::Taker;
use crate::test_set::TestSet;
use anyhow::{Result, bail};
use rayon::prelude::*;
use redite::segment::Language;
use redite::{Article, ArticleId, Contained};

/// What there is, and what of it stands in the test set.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Counts {
    pub(crate) articles: u64,
    pub(crate) text_bytes: u64,
    /// Articles of which something stands in the test set.
    pub(crate) contaminated: u64,
    pub(crate) spans: u64,
    /// Of the spans, those in which a few words differ.
    pub(crate) edited: u64,
    pub(crate) span_bytes: u64,
}

impl Counts {
    fn add(&mut self, article: &Article<'_>, found: &[Vec<Contained>]) {
        self.articles += 1;
        self.text_bytes += article.texts.iter().map(|text| text.len() as u64).sum::<u64>();
        self.contaminated += u64::from(found.iter().any(|found| !found.is_empty()));
        for contained in found.iter().flatten() {
            self.spans += 1;
            self.edited += u64::from(contained.share < 1.0);
            self.span_bytes += contained.span.len() as u64;
        }
    }
}

/// Holds articles against a test set; nothing is kept of them but a mark on those of which something stands in it.
#[derive(Debug)]
pub(crate) struct Screen<'t> {
    set: &'t TestSet,
    /// That of articles that do not name theirs.
    language: Option<Language>,
    /// By article.
    touched: Vec<bool>,
    counts: Counts,
    /// By text of the test set, whether it was met.
    met: Vec<bool>,
    /// The same before the file that is being read.
    before: Counts,
    /// Texts that were met in that file.
    now: Vec<u32>,
}

impl<'t> Screen<'t> {
    pub(crate) fn new(set: &'t TestSet, language: Option<Language>) -> Self {
        Self {
            set,
            language,
            touched: Vec::new(),
            counts: Counts::default(),
            met: vec![false; set.reference.texts()],
            before: Counts::default(),
            now: Vec::new(),
        }
    }

    fn settle(&mut self) {
        for text in self.now.drain(..) {
            if let Some(met) = self.met.get_mut(text as usize) {
                *met = true;
            }
        }
    }

    /// Which articles have something, what there is in all, and how many texts of the test set were met.
    pub(crate) fn finish(mut self) -> (Vec<bool>, Counts, u64) {
        self.settle();
        let met = self.met.iter().filter(|met| **met).count() as u64;
        (self.touched, self.counts, met)
    }
}

impl Taker for Screen<'_> {
    fn begin(&mut self) -> ArticleId {
        self.settle();
        self.before = self.counts;
        ArticleId(u32::try_from(self.touched.len()).unwrap_or(u32::MAX))
    }

    fn take(&mut self, articles: &[Article<'_>]) -> Result<()> {
        if u32::try_from(self.touched.len() + articles.len()).is_err() {
            bail!("a run takes at most {} articles; give fewer inputs at a time", u32::MAX);
        }
        let (set, language) = (self.set, self.language);
        let found: Vec<Vec<Vec<Contained>>> = (articles.par_iter())
            .map(|article| set.find(article.texts.iter().map(|text| &**text), article.language.or(language)))
            .collect();
        for (article, found) in articles.iter().zip(&found) {
            self.counts.add(article, found);
            self.touched.push(found.iter().any(|found| !found.is_empty()));
            self.now.extend(found.iter().flatten().map(|found| found.text));
        }
        self.now.sort_unstable();
        self.now.dedup();
        Ok(())
    }

    fn rollback(&mut self, first: ArticleId) -> Result<()> {
        self.touched.truncate(first.0 as usize);
        self.counts = self.before;
        self.now.clear();
        Ok(())
    }
}
