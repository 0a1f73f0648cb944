//! Articles made from others.

use super::{FORMAT, Meta, Planted};
use crate::evaluate::base::{COPIED, SHORTEST, Whole, shuffled};
use crate::evaluate::edits::{edit, polish};
use crate::evaluate::grade::Grade;
use crate::evaluate::random::Random;
use crate::evaluate::text::{is_unspaced, joint, length, sentences, words};
use crate::evaluate::truth::Article;
use crate::evaluate::vocabulary::Vocabulary;
use crate::relation::Relation;
use redite::UnitKind;
use redite::segment::Language;
use std::collections::{HashSet, VecDeque};

/// Paragraphs of [`COPIED`] words that an article has at least from which another is made.
const PARAGRAPHS: usize = 3;
/// The percentage of the bytes that a paragraph has at most which is left out or rewritten.
const ONE: usize = 15;
/// The percentage of the bytes of an update that are new, and of the bytes of an article that an excerpt of it has.
const NEW: std::ops::RangeInclusive<usize> = 25..=60;
const EXCERPT: std::ops::RangeInclusive<usize> = 34..=66;
/// Words of a headline.
const HEADLINE: std::ops::RangeInclusive<usize> = 5..=9;
/// What stands before a story of an agency.
const AGENCIES: [&str; 6] = ["(AFP) – ", "(Reuters) - ", "(dpa) — ", "AP - ", "(ANSA) ", "EFE. "];
const COLUMNS: usize = 72;
/// How often something is drawn until it fits.
const TRIES: usize = 20;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    /// Articles of each kind and language.
    pub(crate) per_grade: u32,
    pub(crate) max_text: u64,
}

/// An article on its way into the set: where it stands, and what it was made from, by the place of that in its language.
struct Item {
    place: (u64, u32),
    language: usize,
    /// Its place in its language; `None` for one that was planted.
    row: Option<usize>,
    article: Article,
    made: Option<(Relation, usize)>,
}

/// Plants into the articles of all languages.
pub(crate) fn plant(shelves: Vec<(Language, Vec<Whole>)>, plan: &Plan) -> Planted {
    let mut items: Vec<Item> = Vec::new();
    for (number, (language, articles)) in shelves.into_iter().enumerate() {
        fill(number, language, articles, plan, &mut items);
    }
    items.sort_by_key(|item| (item.place, item.language));
    let mut ids = HashSet::new();
    for item in &mut items {
        while !ids.insert(item.article.id.clone()) {
            item.article.id.push('~');
        }
    }
    let mut rows: Vec<((usize, usize), usize)> = Vec::new();
    for (at, item) in items.iter().enumerate() {
        rows.extend(item.row.map(|row| ((item.language, row), at)));
    }
    rows.sort_unstable();
    let find = |language, row| {
        let at = rows.binary_search_by_key(&(language, row), |row| row.0).ok()?;
        Some(rows[at].1)
    };
    let truth = items.iter().map(|item| {
        item.made
            .and_then(|(relation, row)| Some((relation, find(item.language, row)?)))
    });
    let truth = truth.collect();
    let meta = Meta {
        format: FORMAT,
        redite: env!("CARGO_PKG_VERSION"),
        seed: plan.seed,
        per_grade: plan.per_grade,
        max_text: plan.max_text,
        articles: items.len() as u64,
    };
    Planted {
        articles: items.into_iter().map(|item| item.article).collect(),
        truth,
        meta,
    }
}

/// Plants into one language: in each round one article of each kind, so that little text is shared fairly.
fn fill(number: usize, language: Language, articles: Vec<Whole>, plan: &Plan, items: &mut Vec<Item>) {
    let stream = |labels: &[&str]| Random::stream(plan.seed, &[&[language.code(), "whole"], labels].concat());
    let paragraphs = articles
        .iter()
        .map(|article| article.paragraphs.iter().map(|paragraph| paragraph.text.as_str()));
    let vocabulary = Vocabulary::new(language, paragraphs);
    let mut pool = Pool {
        sources: HashSet::new(),
        used: HashSet::new(),
        // articles that others can be made from are the last to be used up
        donors: shuffled(articles.len(), stream(&["donors"])).into(),
    };
    pool.donors
        .make_contiguous()
        .sort_by_key(|&row| is_source(&articles[row]));
    let kinds = [Relation::Reprint, Relation::Update, Relation::Excerpt];
    let mut orders = kinds.map(|kind| VecDeque::from(shuffled(articles.len(), stream(&["order", &kind.to_string()]))));
    let mut made: Vec<(usize, Relation, String)> = Vec::new();
    for _ in 0..plan.per_grade {
        for (kind, order) in kinds.into_iter().zip(&mut orders) {
            while let Some(source) = order.pop_front() {
                if !is_source(&articles[source]) || pool.used.contains(&source) {
                    continue;
                }
                let mut random = stream(&[&kind.to_string(), &source.to_string()]);
                let article = &articles[source];
                let text = match kind {
                    Relation::Reprint => reprint(
                        article,
                        headline(&articles, source, &mut random),
                        &vocabulary,
                        &mut random,
                    ),
                    Relation::Update => update(&articles, source, &mut pool, &vocabulary, &mut random),
                    _ => excerpt(article, &mut random),
                };
                if let Some(text) = text {
                    pool.sources.insert(source);
                    made.push((source, kind, text));
                    break;
                }
            }
        }
    }
    let used = pool.used;
    let numbers: Vec<u64> = articles.iter().map(|article| article.number).collect();
    for (nth, (source, kind, text)) in (1..).zip(made) {
        let mut random = stream(&["place", &kind.to_string(), &source.to_string()]);
        // behind any article from its source on
        let behind = source + random.below(articles.len() - source);
        items.push(Item {
            place: (numbers[behind], nth),
            language: number,
            row: None,
            article: Article {
                id: format!("{}~{kind}", articles[source].id),
                lang: language.code().to_owned(),
                text,
            },
            made: Some((kind, source)),
        });
    }
    for (row, article) in articles.into_iter().enumerate().filter(|(row, _)| !used.contains(row)) {
        items.push(Item {
            place: (article.number, 0),
            language: number,
            row: Some(row),
            article: Article {
                id: article.id,
                lang: language.code().to_owned(),
                text: joined(article.paragraphs.iter().map(|paragraph| paragraph.text.as_str())),
            },
            made: None,
        });
    }
}

/// What the articles of a language are used for.
struct Pool {
    /// Others are made from them.
    sources: HashSet<usize>,
    /// Their paragraphs stand in updates of others, and they themselves stand nowhere.
    used: HashSet<usize>,
    /// Those that can still be used up, in order.
    donors: VecDeque<usize>,
}

fn joined<'t>(paragraphs: impl Iterator<Item = &'t str>) -> String {
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

fn is_source(article: &Whole) -> bool {
    let long = article.paragraphs.iter().filter(|paragraph| paragraph.words >= COPIED);
    long.count() >= PARAGRAPHS
}

fn bytes(texts: &[String]) -> usize {
    texts.iter().map(String::len).sum()
}

fn texts(article: &Whole) -> Vec<String> {
    let paragraphs = article.paragraphs.iter();
    paragraphs.map(|paragraph| paragraph.text.clone()).collect()
}

/// The first words of any other article, as the headline of this one.
fn headline(articles: &[Whole], source: usize, random: &mut Random) -> Option<String> {
    let other = random.below(articles.len());
    let article = articles.get(other).filter(|_| other != source)?;
    let first = article.paragraphs.iter().find(|paragraph| paragraph.words >= COPIED)?;
    let words = words(&first.text);
    let range = words.get(..HEADLINE.start() + random.below(HEADLINE.end() - HEADLINE.start() + 1))?;
    Some(first.text[range.first()?.start..range.last()?.end].to_owned())
}

/// A paragraph of no more than [`ONE`] percent of the bytes, of some words.
fn one(texts: &[String], words: usize, random: &mut Random) -> Option<usize> {
    let all = bytes(texts);
    let fits = |text: &String| 100 * text.len() <= ONE * all && length(text) >= words;
    let fitting: Vec<usize> = (0..texts.len()).filter(|&at| fits(&texts[at])).collect();
    random.pick(&fitting).copied()
}

fn reprint(article: &Whole, headline: Option<String>, vocabulary: &Vocabulary, random: &mut Random) -> Option<String> {
    let mut texts = texts(article);
    if let Some(at) = one(&texts, SHORTEST, random) {
        texts.remove(at);
    }
    for text in texts.iter_mut().filter(|text| length(text) >= COPIED) {
        let edited = match random.below(3) {
            0 => polish(text, vocabulary, random),
            1 => edit(Grade::Punct, UnitKind::Paragraph, text, "", vocabulary, random).map(|edited| edited.text),
            _ => None,
        };
        if let Some(edited) = edited {
            *text = edited;
        }
    }
    join(&mut texts, random);
    cut(&mut texts, random);
    if random.below(2) == 0 {
        let first = texts.iter_mut().find(|text| length(text) >= COPIED)?;
        first.insert_str(0, random.pick(&AGENCIES)?);
    }
    if random.below(2) == 0 {
        texts.splice(0..0, headline);
    }
    if random.below(4) == 0 {
        texts.iter_mut().for_each(wrap);
    }
    Some(joined(texts.iter().map(String::as_str)))
}

/// Joins two neighbours, if their sentences stay the same.
fn join(texts: &mut Vec<String>, random: &mut Random) {
    for _ in 0..TRIES {
        let at = random.below(texts.len());
        let Some([first, second]) = texts.get(at..at + 2) else {
            continue;
        };
        let both = [first.as_str(), joint(first), second].concat();
        let is_prose = |text: &str| length(text) >= SHORTEST && !text.contains('\n');
        if is_prose(first)
            && is_prose(second)
            && sentences(&both).len() == sentences(first).len() + sentences(second).len()
        {
            texts.splice(at..at + 2, [both]);
            return;
        }
    }
}

/// Cuts a paragraph in two, if one has at least four sentences.
fn cut(texts: &mut Vec<String>, random: &mut Random) {
    for _ in 0..TRIES {
        let at = random.below(texts.len());
        let Some(text) = texts.get(at).filter(|text| !text.contains('\n')) else {
            continue;
        };
        let sentences = sentences(text);
        if sentences.len() < 4 {
            continue;
        }
        let second = &sentences[1 + random.below(sentences.len() - 1)];
        let parts = [&text[..second.start], &text[second.start..]].map(|part| part.trim().to_owned());
        texts.splice(at..=at, parts);
        return;
    }
}

/// Breaks the lines of a text that is one line, where spaces stand.
fn wrap(text: &mut String) {
    if text.contains('\n') || is_unspaced(text) {
        return;
    }
    let mut out = String::with_capacity(text.len());
    let mut columns = 0;
    for word in text.split(' ') {
        let wide = word.chars().count();
        if columns > 0 && columns + 1 + wide > COLUMNS {
            out.push('\n');
            columns = 0;
        } else if !out.is_empty() {
            out.push(' ');
            columns += 1;
        }
        out.push_str(word);
        columns += wide;
    }
    *text = out;
}

fn update(
    articles: &[Whole],
    source: usize,
    pool: &mut Pool,
    vocabulary: &Vocabulary,
    random: &mut Random,
) -> Option<String> {
    let mut texts = texts(&articles[source]);
    let old = bytes(&texts);
    let wanted = NEW.start() + random.below(NEW.end() - NEW.start() + 1);
    // all of the least that is new, so that what is drawn is no more than the most
    let is_share = |new: usize, percent: usize| 100 * new >= percent * (old + new);
    let (mut new, mut from): (Vec<&str>, Vec<usize>) = (Vec::new(), Vec::new());
    let mut sum = 0;
    let sources = &pool.sources;
    'articles: for &other in pool
        .donors
        .iter()
        .filter(|&other| *other != source && !sources.contains(other))
    {
        from.push(other);
        for paragraph in articles[other]
            .paragraphs
            .iter()
            .filter(|p| p.is_new && p.words >= COPIED)
        {
            if is_share(sum + paragraph.text.len(), NEW.end() + 1) {
                continue;
            }
            sum += paragraph.text.len();
            new.push(&paragraph.text);
            if is_share(sum, wanted) {
                break 'articles;
            }
        }
    }
    if !is_share(sum, *NEW.start()) {
        return None;
    }
    pool.used.extend(from);
    let used = &pool.used;
    pool.donors.retain(|donor| !used.contains(donor));
    if random.below(2) == 0
        && let Some(at) = one(&texts, COPIED, random)
        && let Some(edited) = edit(Grade::Edit20, UnitKind::Paragraph, &texts[at], "", vocabulary, random)
    {
        texts[at] = edited.text;
    }
    for text in new {
        texts.insert(random.below(texts.len() + 1), text.to_owned());
    }
    Some(joined(texts.iter().map(String::as_str)))
}

fn excerpt(article: &Whole, random: &mut Random) -> Option<String> {
    let texts = texts(article);
    let all = bytes(&texts);
    for _ in 0..TRIES {
        let wanted = EXCERPT.start() + random.below(EXCERPT.end() - EXCERPT.start() + 1);
        let start = random.below(texts.len());
        let mut sum = 0;
        for end in start + 1..=texts.len() {
            sum += texts[end - 1].len();
            if 100 * sum < wanted * all {
                continue;
            }
            let long = article.paragraphs[start..end].iter().filter(|p| p.words >= SHORTEST);
            if 100 * sum <= EXCERPT.end() * all && long.count() >= 2 {
                return Some(joined(texts[start..end].iter().map(String::as_str)));
            }
            break;
        }
    }
    None
}
