//! The articles, or as many of them as the limit allows.

use super::random::Random;
use redite::segment::Language;
use std::collections::BTreeMap;

/// An article as it was read.
#[derive(Debug)]
pub(crate) struct Raw {
    pub(crate) id: String,
    pub(crate) language: Language,
    pub(crate) texts: Vec<String>,
}

/// Articles as they come in, of which a random choice is kept where there are too many.
///
/// The limit is shared by the languages: each gets the same, and what one does not need goes to the others. Every
/// article has a random number by the seed, its language and its place among those of its language; the lowest ones
/// stay, up to the one that reaches the limit. So the choice is the same as if all had been held at once.
#[derive(Debug)]
pub(crate) struct Pile {
    seed: u64,
    limit: u64,
    held: u64,
    number: u64,
    languages: BTreeMap<Language, Share>,
}

#[derive(Debug, Default)]
struct Share {
    /// All that came.
    articles: u64,
    bytes: u64,
    /// What is held, by random number and place, with its place among all.
    held: BTreeMap<(u64, u64), (u64, Raw)>,
}

impl Pile {
    pub(crate) fn new(seed: u64, limit: u64) -> Self {
        Self {
            seed,
            limit,
            held: 0,
            number: 0,
            languages: BTreeMap::new(),
        }
    }

    pub(crate) fn push(&mut self, raw: Raw) {
        let share = self.languages.entry(raw.language).or_default();
        let bytes = size(&raw);
        let place = share.articles;
        let labels = [raw.language.code(), "article", &place.to_string()];
        let order = Random::stream(self.seed, &labels).next();
        share.articles += 1;
        share.bytes += bytes;
        share.held.insert((order, place), (self.number, raw));
        self.number += 1;
        self.held += bytes;
        if self.held > self.limit.saturating_mul(2) {
            self.trim();
        }
    }

    /// Forgets what is beyond the limit. What more comes lowers each language's part, never raises it, so nothing is
    /// forgotten that would have been chosen.
    fn trim(&mut self) {
        let mut sizes: Vec<u64> = self.languages.values().map(|share| share.bytes).collect();
        sizes.sort_unstable();
        let mut left = self.limit;
        let mut part = u64::MAX;
        for (i, size) in sizes.iter().enumerate() {
            let even = left / (sizes.len() - i) as u64;
            if *size > even {
                part = even;
                break;
            }
            left -= size;
        }
        self.held = 0;
        for share in self.languages.values_mut() {
            let mut sum = 0;
            share.held.retain(|_, (_, raw)| {
                let stays = sum < part;
                sum += size(raw);
                self.held += if stays { size(raw) } else { 0 };
                stays
            });
        }
    }

    /// How many articles came.
    pub(crate) fn articles(&self) -> u64 {
        self.number
    }

    /// The articles, by language, each with its place among all; in the order in which they came. Ids are unique: a
    /// later one that was there before gets its place behind it.
    pub(crate) fn finish(mut self) -> Vec<(Language, Vec<(u64, Raw)>)> {
        self.trim();
        let mut out: Vec<(Language, Vec<(u64, Raw)>)> = Vec::new();
        for (language, share) in self.languages {
            let mut articles: Vec<(u64, Raw)> = share.held.into_values().collect();
            articles.sort_unstable_by_key(|(number, _)| *number);
            out.push((language, articles));
        }
        let mut all: Vec<&mut (u64, Raw)> = out.iter_mut().flat_map(|(_, articles)| articles).collect();
        all.sort_unstable_by_key(|(number, _)| *number);
        let mut ids = std::collections::HashSet::new();
        for (number, raw) in all {
            while !ids.insert(raw.id.clone()) {
                raw.id = format!("{}~{number}", raw.id);
            }
        }
        out
    }
}

fn size(raw: &Raw) -> u64 {
    raw.texts.iter().map(|text| text.len() as u64).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(articles: &[(&str, usize)], limit: u64) -> Vec<String> {
        let mut pile = Pile::new(7, limit);
        for (number, (tag, length)) in articles.iter().enumerate() {
            pile.push(Raw {
                id: format!("{tag}{number}"),
                language: Language::from_tag(tag),
                texts: vec!["x".repeat(*length)],
            });
        }
        let languages = pile.finish();
        languages
            .into_iter()
            .flat_map(|(_, articles)| articles.into_iter().map(|(_, raw)| raw.id))
            .collect()
    }

    #[test]
    fn the_limit_is_shared() {
        let mut articles = vec![("fr", 10); 100];
        articles.extend([("de", 10); 3]);
        assert_eq!(chosen(&articles, 1_000_000).len(), 103);
        let few = chosen(&articles, 100);
        // German needs 30 of its 50, French gets the rest.
        assert_eq!(few.iter().filter(|id| id.starts_with("de")).count(), 3);
        assert_eq!(few.iter().filter(|id| id.starts_with("fr")).count(), 7);
        // The choice in one language does not depend on the others, if they leave it as much.
        let alone = chosen(&vec![("fr", 10); 100], 70);
        assert_eq!(alone, few[3..]);
    }

    #[test]
    fn ids_are_made_unique() {
        let mut pile = Pile::new(7, 1000);
        for id in ["a", "a", "b"] {
            let (id, texts) = (id.to_owned(), vec![id.to_owned()]);
            pile.push(Raw {
                id,
                language: Language::UNKNOWN,
                texts,
            });
        }
        let ids: Vec<String> = pile.finish().remove(0).1.into_iter().map(|(_, raw)| raw.id).collect();
        assert_eq!(ids, ["a", "a~1", "b"]);
    }
}
