//! The detector decides as the naive oracle does, in memory and on disk, and its decisions are what they should be.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redite::join::Measure;
use redite::segment::{self, Language, Paragraphs};
use redite::shingle::Lengths;
use redite::{Article, ArticleId, Detector, Keep, Level, Memory, Origin, Rank, Repeat, Scope, UnitChoice};
use redite_fuzz::{Choices, TEXT, one_thread};
use std::time::Duration;

#[path = "../../it/promises/invariants.rs"]
mod invariants;
#[path = "../../it/promises/naive.rs"]
mod naive;

/// Few words, so that much repeats.
const WORDS: [&str; 64] = [
    "rain ",
    "fell ",
    "on ",
    "the ",
    "town ",
    "all ",
    "day ",
    "and ",
    "night ",
    "river ",
    "rose ",
    "by ",
    "two ",
    "feet ",
    "while ",
    "people ",
    "slept ",
    "in ",
    "Their ",
    "houses ",
    "Anna ",
    "Berg ",
    "Rome ",
    "Lyon ",
    "not ",
    "a ",
    "b ",
    "c ",
    "d ",
    "e ",
    "1 ",
    "2 ",
    "12 ",
    "1,500 ",
    "1.500 ",
    "三百 ",
    "3 ",
    "第二条",
    "東",
    "京",
    "都",
    "の",
    "雨",
    "は",
    "ก",
    "ข",
    "कल ",
    "дождь ",
    "é ",
    "e\u{301} ",
    ". ",
    ". ",
    "! ",
    "? ",
    "。",
    "; ",
    "\n",
    "\n\n",
    "\n\n",
    "Dr. ",
    ".",
    " ",
    ", ",
    "&amp; ",
];

fuzz_target!(init: one_thread(), |data: &[u8]| {
    let mut choices = Choices::new(data);
    let detector = detector(&mut choices);
    let bounded = choices.below(4) == 0;
    let articles = articles(choices);
    let detection = invariants::hold(&detector, &articles);
    let found: naive::Decided = detection.repeats().map(|r| (r.removed, (r.kept, r.reason))).collect();
    let expected = naive::decide(detector.settings(), &articles);
    assert_eq!(found, expected, "{:?}\n{articles:?}", detector.settings());
    if bounded {
        let memory = Memory::new(0).in_folder(std::env::temp_dir());
        let mut session = detector.session_within(memory);
        for article in &articles {
            session.push(article).expect("there is room");
        }
        let bounded = session.finish().expect("there is room");
        let mut repeats: Vec<Repeat> = Vec::new();
        for (id, article) in (0..).map(ArticleId).zip(&articles) {
            let block = bounded.block_of(id).expect("it was written");
            repeats.extend(block.repeats_in(id));
            for (field, text) in (0..).zip(&article.texts) {
                let cleaned = block.clean(id, field, text).expect("it is the text");
                assert_eq!(Ok(cleaned), detection.clean(id, field, text));
            }
        }
        assert_eq!(repeats, detection.repeats().collect::<Vec<_>>(), "{:?}\n{articles:?}", detector.settings());
        assert_eq!(bounded.stats().expect("it was written"), detection.stats());
    }
});

fn detector(choices: &mut Choices<'_>) -> Detector {
    let lengths = |list: &[usize]| Lengths::new(list).expect("1 to 16");
    let (measure, threshold) = match choices.below(16) {
        0..4 => (Measure::default(), 0.58),
        4 => (Measure::default(), 0.3),
        5 => (Measure::Jaccard(lengths(&[3])), 0.5),
        6 => (Measure::Jaccard(lengths(&[1])), 0.63),
        7 => (Measure::Containment(Lengths::ONE_AND_TWO), 0.7),
        8 => (Measure::Containment(lengths(&[2, 5])), 0.9),
        9 => (Measure::Edit, 0.8),
        10 => (Measure::Edit, 0.5),
        11 => (Measure::default(), 1.0),
        12 => (Measure::default(), 0.05),
        13 => (Measure::Edit, 0.01),
        14 => (Measure::default(), f64::from(choices.byte().max(1)) / 255.0),
        _ => (
            Measure::Containment(lengths(&[1, 3])),
            f64::from(choices.byte().max(1)) / 255.0,
        ),
    };
    let builder = Detector::builder().measure(measure).threshold(threshold);
    let builder = builder
        .units(choices.of(&[
            UnitChoice::Both,
            UnitChoice::Both,
            UnitChoice::Paragraphs,
            UnitChoice::Sentences,
        ]))
        .scope(choices.of(&[
            Scope::Corpus,
            Scope::Corpus,
            Scope::Article,
            Scope::Group,
            Scope::OtherGroups,
        ]))
        .within(choices.of(&[None, None, Some(Duration::from_secs(2))]))
        .keep(choices.of(&[
            Keep::First,
            Keep::First,
            Keep::Last,
            Keep::Longest,
            Keep::LowestRank,
            Keep::HighestRank,
        ]))
        .level(choices.of(&[Level::Editor, Level::Editor, Level::Exact, Level::Boilerplate]))
        .min_tokens(u32::from(choices.of(&[1_u8, 2, 3, 5, 8])))
        .paragraphs(choices.of(&[Paragraphs::Auto, Paragraphs::Blank, Paragraphs::Line]))
        .language(
            choices
                .of(&[
                    Some("en"),
                    Some("en"),
                    Some("ja"),
                    Some("und"),
                    Some("und"),
                    Some("th"),
                    Some("de"),
                    None,
                ])
                .map(Language::from_tag),
        );
    builder.build().expect("the settings are valid")
}

/// Articles made of words and of what was written before.
fn articles(mut choices: Choices<'_>) -> Vec<Article<'static>> {
    const LONGEST: usize = 1 << 10;
    let mut articles: Vec<Article<'static>> = Vec::new();
    let (mut texts, mut text): (Vec<String>, String) = Default::default();
    // where a stretch to be written again may begin
    let mut marks: Vec<String> = Vec::new();
    let mut begun = 0;
    let mut length = 0;
    while !choices.is_over() && length + text.len() < LONGEST {
        match choices.byte() {
            0xFF => {
                length += text.len();
                let rank = choices.byte();
                texts.push(std::mem::take(&mut text));
                begun = 0;
                if rank & 1 == 1 {
                    let mut article = Article {
                        texts: Vec::new(),
                        language: None,
                        rank: None,
                        // few, so that some share them
                        origin: Origin {
                            group: (rank >> 4 & 3).checked_sub(1).map(u32::from),
                            time: (rank >> 6 & 3).checked_sub(1).map(|time| 2 * i64::from(time)),
                        },
                    };
                    article
                        .texts
                        .extend(std::mem::take(&mut texts).into_iter().map(Into::into));
                    article.rank = (rank & 2 == 2).then(|| Rank::Number(f64::from(rank >> 2 & 3)));
                    articles.push(article);
                }
            }
            0xFE => text.push(choices.char()),
            0xFD => text.push_str(choices.of(TEXT)),
            // the end of a stretch
            0xF0..=0xFC => {
                marks.push(text[begun..].to_owned());
                text.push_str(choices.of(&[". ", "\n\n", "! ", "。", "\n"]));
                begun = text.len();
            }
            byte @ 0xC0..=0xEF if !marks.is_empty() => {
                let mark = &marks[usize::from(byte & 0xF) % marks.len()];
                let mut words: Vec<&str> = mark.split_inclusive(' ').collect();
                if byte < 0xE0 && !words.is_empty() {
                    let (at, how) = (choices.below(words.len()), choices.byte());
                    match how >> 6 {
                        0 => words[at] = WORDS[usize::from(how & 63)],
                        1 => words.insert(at, WORDS[usize::from(how & 63)]),
                        2 => drop(words.remove(at)),
                        _ => words.swap(at, usize::from(how & 63) % mark.split_inclusive(' ').count()),
                    }
                }
                text.push_str(&words.concat());
            }
            byte => text.push_str(WORDS[usize::from(byte & 63)]),
        }
    }
    texts.push(text);
    articles.push(Article {
        texts: texts.into_iter().map(Into::into).collect(),
        language: None,
        rank: None,
        origin: Origin::default(),
    });
    articles
}
