//! The promises of the library, held on real text in many scripts, at many settings, and on text at random.

use crate::support::{self, UNITS};
use proptest::prelude::*;
use redite::join::Measure;
use redite::segment::{self, Language, Paragraphs};
use redite::shingle::Lengths;
use redite::{Article, ArticleId, Detector, Keep, Level, Origin, Rank, Scope, Settings, UnitChoice};
use std::collections::BTreeSet;

// What must be true of every detection.
mod invariants;
// The same decisions, made again the slow way.
mod naive;

use invariants::hold;

/// The articles of the sample: title and text, language given, ranked.
fn sample() -> Vec<Article<'static>> {
    let ranks = [3.0, 1.0, 2.0];
    let articles = support::sample()
        .into_iter()
        .enumerate()
        .map(|(i, (language, title, text))| {
            let article = Article::new(title).with_text(text);
            match i % 4 {
                3 => article.with_language(Language::from_tag(&language)),
                n => article.with_rank(Rank::Number(ranks[n])),
            }
        });
    articles.collect()
}

fn measures() -> Vec<(Measure, f64)> {
    let three = Lengths::new(&[3]).unwrap();
    vec![
        (Measure::default(), Settings::DEFAULT_THRESHOLD),
        (Measure::default(), 0.3),
        (Measure::Jaccard(three), 0.5),
        (Measure::Containment(Lengths::ONE_AND_TWO), 0.7),
        (Measure::Edit, 0.8),
        (Measure::Edit, 0.5),
        (Measure::default(), 0.01),
        (Measure::default(), 1e-9),
        (Measure::Edit, 1e-3),
        (Measure::default(), 1.0),
    ]
}

const KEEPS: [Keep; 5] = [
    Keep::First,
    Keep::Last,
    Keep::Longest,
    Keep::LowestRank,
    Keep::HighestRank,
];

#[test]
fn on_real_text_at_every_setting() {
    let articles = sample();
    let mut total = 0;
    for units in UNITS {
        for scope in [Scope::Article, Scope::Corpus] {
            for keep in KEEPS {
                let detector = Detector::builder()
                    .units(units)
                    .scope(scope)
                    .keep(keep)
                    .build()
                    .unwrap();
                total += hold(&detector, &articles).repeats().count();
            }
        }
    }
    for (measure, threshold) in measures() {
        for level in [Level::Editor, Level::Exact, Level::Boilerplate] {
            for min_tokens in [1, 12] {
                let builder = Detector::builder().measure(measure).threshold(threshold).level(level);
                let detector = builder.min_tokens(min_tokens).build().unwrap();
                total += hold(&detector, &articles).repeats().count();
            }
        }
    }
    for paragraphs in [Paragraphs::Auto, Paragraphs::Blank, Paragraphs::Line] {
        let detector = Detector::builder().paragraphs(paragraphs).build().unwrap();
        total += hold(&detector, &articles).repeats().count();
    }
    assert!(total > 1000, "{total}");
}

const LEAD: &str = "Le conseil a voté hier soir un budget de 1 500 euros pour la fête du quartier.";
const OTHER: &str = "La pluie a retardé les travaux du pont neuf de plusieurs longues semaines.";

#[test]
fn far_apart_and_crossed_repeats_are_found() {
    let (p1, p2) = (
        format!("{LEAD} {OTHER}"),
        "Les élèves de l'école rendront visite aux jardiniers du parc.",
    );
    let text = format!("{p1}\n\n{p2}\n\n{p1}\n\n{p2}");
    assert_eq!(Detector::new().clean(&text), format!("{p1}\n\n{p2}"));
    let filler: String = support::golden()
        .iter()
        .map(|(_, c)| c.lines().last().unwrap_or("").to_owned() + "\n\n")
        .collect();
    let text = format!("{LEAD}\n\n{filler}{OTHER} {LEAD}");
    let repeats = Detector::new().repeats(&text);
    assert_eq!(repeats.len(), 1);
    assert_eq!(repeats[0].kept.span.start, 0);
}

#[test]
fn numbers_guard_what_would_be_lost_and_nothing_else() {
    let without = LEAD.replace(" de 1 500 euros", "");
    let other = LEAD.replace("1 500", "2 800");
    let dressed = LEAD.replace("1 500", "1.500");
    let decimal = LEAD.replace("1 500", "1,5");
    let count = |first: &str, second: &str| Detector::new().detect([first, second]).repeats().count();
    assert_eq!(
        count(LEAD, &without),
        1,
        "nothing is lost with a unit that says no number"
    );
    assert_eq!(count(&without, LEAD), 0, "the number would be lost");
    assert_eq!(count(LEAD, &other), 0);
    assert_eq!(count(LEAD, &dressed), 1);
    assert_eq!(count(LEAD, &decimal), 0);
    let ignoring = Detector::builder().level(Level::Boilerplate).build().unwrap();
    assert_eq!(ignoring.detect([LEAD, &other]).repeats().count(), 1);
}

#[test]
fn no_chains() {
    // each has two slips more than the one before, the last shares no word with the first
    let words: Vec<String> = (b'a'..b'y').map(|c| format!("mot{0}mot{0}", char::from(c))).collect();
    let step = |n: usize| -> String {
        let word = |(i, w): (usize, &String)| if 7 * i % 24 < n { w[..7].to_owned() } else { w.clone() };
        words.iter().enumerate().map(word).collect::<Vec<_>>().join(" ")
    };
    let drift: Vec<String> = (0..24).step_by(2).map(step).collect();
    let detection = Detector::new().detect(drift.iter().map(String::as_str));
    let kept: BTreeSet<u32> = detection.repeats().map(|r| r.kept.article.0).collect();
    assert!(kept.len() > 1, "one leader cannot stand for all of a slow drift");
    let removed = detection.repeats().count();
    assert!(
        removed > drift.len() / 2,
        "slips are no facts: {removed} of {}",
        drift.len()
    );
    let articles: Vec<Article<'_>> = drift.iter().map(|d| Article::new(d.as_str())).collect();
    hold(&Detector::new(), &articles);
}

#[test]
fn title_lead_and_text_are_one_article() {
    let rest = "À lire demain, un entretien avec la nouvelle directrice du théâtre et ses comédiens.";
    let body = format!("{OTHER}\n\n{rest} {LEAD}");
    let article = Article::new(LEAD).with_text(OTHER).with_text(body.clone());
    let detector = Detector::builder().scope(Scope::Article).build().unwrap();
    let detection = hold(&detector, &[article]);
    let places: Vec<(u16, u16)> = detection.repeats().map(|r| (r.removed.field, r.kept.field)).collect();
    assert_eq!(places, [(2, 1), (2, 0)]);
    assert_eq!(detection.clean(ArticleId(0), 2, &body).unwrap(), rest);
}

#[test]
fn which_of_several_stays() {
    let longer = LEAD.replace("fête", "grande fête annuelle");
    let articles = [
        Article::new(LEAD).with_rank(Rank::Number(2.0)),
        Article::new(longer).with_rank(Rank::Number(1.0)),
        Article::new(LEAD).with_rank(Rank::Text("2024-01-01".into())),
        Article::new(LEAD),
    ];
    for (keep, stays) in KEEPS.into_iter().zip([0, 3, 1, 1, 2]) {
        let detector = Detector::builder().keep(keep).build().unwrap();
        let detection = detector.detect(articles.clone());
        let kept: BTreeSet<u32> = detection.repeats().map(|r| r.kept.article.0).collect();
        assert_eq!(kept, BTreeSet::from([stays]), "{keep:?}");
        assert_eq!(detection.repeats().count(), 3);
    }
}

#[test]
fn the_border_of_the_minimum_length() {
    for (five, four) in [
        ("Demain il pleut à Lyon.", "Demain il pleut."),
        ("Завтра в Москве будет дождь.", "Завтра будет дождь."),
        // ten letters are five words
        ("明天北京可能会下大雨。", "明天北京会下雨。"),
    ] {
        let five = five.to_owned();
        assert_eq!(
            Detector::new().detect([five.clone(), five.clone()]).repeats().count(),
            1,
            "{five}"
        );
        assert_eq!(Detector::new().detect([four, four]).repeats().count(), 0, "{four}");
        let one_more = Detector::builder().min_tokens(6).build().unwrap();
        assert_eq!(
            one_more.detect([five.clone(), five.clone()]).repeats().count(),
            0,
            "{five}"
        );
        let all = Detector::builder().min_tokens(1).build().unwrap();
        assert_eq!(all.detect([four, four]).repeats().count(), 1);
    }
    assert!(Detector::builder().min_tokens(0).build().is_err());
    // short sentences go with the paragraph they stand in
    let text = format!("{LEAD} Bravo.\n\n{OTHER}\n\n{LEAD} Bravo.");
    assert_eq!(Detector::new().clean(&text), format!("{LEAD} Bravo.\n\n{OTHER}"));
}

/// An editor has put one word for another in the middle of a text that is printed again: beside what repeats the same text
/// this is a repeat, and nowhere else.
#[test]
fn a_word_may_be_exchanged_in_a_reprint() {
    let lead = "The harbour board said on Monday that the old bridge near the northern docks will close for repairs in spring.";
    let middle =
        "Engineers found cracks in several of the steel beams while divers were looking for a boat that had sunk.";
    let reprint = middle.replace("cracks", "fissures");
    let elsewhere =
        "Nobody in the town hall wanted to say how long the new swimming pool would have to wait for its roof.";
    let removed = |first: &str, second: &str| {
        let detection = Detector::new().detect([first, second]);
        let repeats: Vec<_> = detection
            .repeats()
            .map(|r| (r.removed.span.start, r.is_reprint))
            .collect();
        repeats
    };
    let article = |a: &str, b: &str| format!("{a}\n\n{b}");
    let after = u32::try_from(lead.len() + 2).unwrap();
    assert_eq!(
        removed(&article(lead, middle), &article(lead, &reprint)),
        [(0, false), (after, true)]
    );
    assert_eq!(removed(&article(lead, middle), &article(elsewhere, &reprint)), []);
    assert_eq!(removed(&article(elsewhere, middle), &article(lead, &reprint)), []);
    // another number is another fact there, too
    let counted = middle.replace("several", "12");
    assert_eq!(removed(&article(lead, middle), &article(lead, &counted)), [(0, false)]);
}

#[test]
fn paragraphs_by_blank_lines_or_every_line() {
    let text = format!("{LEAD}\n{OTHER}\n\n{OTHER}\n{LEAD} Et puis plus rien de neuf.");
    let count = |mode| {
        let builder = Detector::builder().paragraphs(mode).units(UnitChoice::Paragraphs);
        builder.threshold(0.9).build().unwrap().repeats(&text).len()
    };
    assert_eq!(count(Paragraphs::Blank), 0);
    assert_eq!(count(Paragraphs::Auto), 0);
    assert_eq!(count(Paragraphs::Line), 1);
}

/// Sentences of the golden files, with the language they are in.
fn pool() -> Vec<String> {
    let lines = support::golden().into_iter().flat_map(|(_, content)| {
        let line = |l: &str| Some(l.split_once(": ")?.1.to_owned()).filter(|_| !l.starts_with('#'));
        content.lines().filter_map(line).collect::<Vec<_>>()
    });
    lines.collect()
}

fn settings() -> impl Strategy<Value = Detector> {
    let which = prop::sample::select(measures());
    let (units, keep) = (
        prop::sample::select(UNITS.to_vec()),
        prop::sample::select(KEEPS.to_vec()),
    );
    let reach = (any::<bool>(), support::reaches());
    (which, units, keep, reach, any::<bool>(), 1..8u32).prop_map(
        |((measure, threshold), units, keep, (article, (scope, within)), ignore, min)| {
            Detector::builder()
                .measure(measure)
                .threshold(threshold)
                .units(units)
                .keep(keep)
                .scope(if article { Scope::Article } else { scope })
                .within(within)
                .level(if ignore { Level::Boilerplate } else { Level::Editor })
                .min_tokens(min)
                .build()
                .unwrap()
        },
    )
}

/// Numbers in the pool, a digit that the sentence's first one may become, and what stands after each sentence.
type Sentences = Vec<(usize, Option<char>, &'static str)>;

/// Articles made of sentences of the golden files, few of them, so that much repeats.
fn articles() -> impl Strategy<Value = Vec<Article<'static>>> {
    let joint = prop::sample::select(vec![
        " ", " ", "\n", "\n\n", "\r\n\r\n", "", "  ", "\u{2029}", "\u{a0}", " et ", " 3. ",
    ]);
    let digit = prop::sample::select(vec![None, None, Some('4'), Some('7')]);
    let sentence = (0..12usize, digit, joint);
    let text = prop::collection::vec(sentence, 0..8);
    let article = (
        prop::collection::vec(text, 1..3),
        prop::option::of(0..3u8),
        support::origins(),
    );
    (0..400usize, prop::collection::vec(article, 1..6)).prop_map(|(from, articles)| {
        let pool = pool();
        let write = |sentences: Sentences| -> String {
            let one = |(i, digit, joint): (usize, Option<char>, &str)| {
                let said = &pool[(from + i) % pool.len()];
                let said = match (said.find(|c: char| c.is_ascii_digit()), digit) {
                    (Some(at), Some(digit)) => format!("{}{digit}{}", &said[..at], &said[at + 1..]),
                    _ => said.clone(),
                };
                said + joint
            };
            sentences.into_iter().map(one).collect()
        };
        let article = |(texts, rank, origin): (Vec<Sentences>, Option<u8>, Origin)| Article {
            texts: texts.into_iter().map(|t| write(t).into()).collect(),
            language: None,
            rank: rank.map(|r| Rank::Number(f64::from(r))),
            origin,
        };
        articles.into_iter().map(article).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(support::cases(600)))]

    #[test]
    fn on_sentences_in_any_order(detector in settings(), articles in articles()) {
        let detection = hold(&detector, &articles);
        let expected = naive::decide(detector.settings(), &articles);
        let found: naive::Decided = detection.repeats().map(|r| (r.removed, (r.kept, r.reason))).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn on_articles_printed_again(
        articles in support::reprints(),
        keep in prop::sample::select(KEEPS.to_vec()),
        (scope, within) in support::reaches(),
        origins in prop::collection::vec(support::origins(), 1..8),
    ) {
        let detector = Detector::builder().keep(keep).scope(scope).within(within).build().unwrap();
        let articles = support::from(articles, &origins);
        let detection = hold(&detector, &articles);
        let expected = naive::decide(detector.settings(), &articles);
        let found: naive::Decided = detection.repeats().map(|r| (r.removed, (r.kept, r.reason))).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn on_characters_at_random(
        detector in settings(),
        texts in prop::collection::vec(
            "([a-c\u{e9}\u{301} .!\n]|[0-9.,]|[日本。！]|[กข]|\\PC|\\p{C}|\\p{M}|[\u{0}\u{feff}\u{200d}\u{ad}\r\u{85}\u{2028}]){0,60}",
            0..6,
        ),
    ) {
        let articles: Vec<Article<'_>> = texts.iter().map(|t| Article::new(t.as_str())).collect();
        hold(&detector, &articles);
    }
}
