//! The same decisions whether memory holds the corpus or not.

use crate::support::{self, UNITS};
use proptest::prelude::*;
use redite::join::Measure;
use redite::shingle::Lengths;
use redite::{
    Article, ArticleId, Detection, Detections, Detector, Keep, Level, Memory, Origin, Rank, Repeat, Scope, Session,
    Unit,
};
use std::time::Duration;

const ORDERS: [Keep; 5] = [
    Keep::First,
    Keep::Last,
    Keep::Longest,
    Keep::LowestRank,
    Keep::HighestRank,
];

/// The same articles, some of them with ranks: numbers, texts, and as many that are equal.
fn ranked(articles: Vec<Article<'static>>) -> Vec<Article<'static>> {
    let mut random = support::random(11);
    let rank = |article: Article<'static>| match random(5) {
        0 => article,
        1 => article.with_rank(Rank::Text(format!("2026-11-{:02}", random(30)))),
        _ => article.with_rank(Rank::Number(random(9) as f64)),
    };
    articles.into_iter().map(rank).collect()
}

/// Everything that can be asked of a detection.
#[derive(PartialEq, Debug)]
struct Said {
    repeats: Vec<Repeat>,
    kept: Vec<Unit>,
    cleaned: Vec<String>,
    languages: Vec<String>,
    bytes: Vec<u64>,
}

fn said(block_of: impl Fn(ArticleId) -> std::sync::Arc<Detection>, articles: &[Article<'_>]) -> Said {
    let mut said = Said {
        repeats: Vec::new(),
        kept: Vec::new(),
        cleaned: Vec::new(),
        languages: Vec::new(),
        bytes: Vec::new(),
    };
    for (id, article) in (0..).map(ArticleId).zip(articles) {
        let block = block_of(id);
        said.repeats.extend(block.repeats_in(id));
        said.kept.extend(block.kept_in(id));
        for (field, text) in (0..).zip(&article.texts) {
            said.cleaned.push(block.clean(id, field, text).unwrap());
        }
        said.languages.push(block.language(id).code().to_owned());
        said.bytes.push(block.text_bytes(id));
    }
    said
}

/// The corpus in memory and on disk, in so many blocks at least.
fn hold(detector: &Detector, articles: &[Article<'_>], caps: &[usize], blocks: usize) -> usize {
    let detection = std::sync::Arc::new(detector.detect(articles.iter().cloned()));
    let expected = said(|_| detection.clone(), articles);
    let mut kept: Vec<Unit> = expected.repeats.iter().map(|r| r.kept).collect();
    kept.sort_unstable();
    kept.dedup();
    assert_eq!(expected.kept, kept);
    for &cap in caps {
        let mut session = detector.session_within(Memory::new(cap));
        for article in articles {
            session.push(article).unwrap();
        }
        let bounded = session.finish().unwrap();
        assert!(bounded.blocks() >= blocks, "{} blocks at {cap}", bounded.blocks());
        assert_same(&bounded, &expected, &detection, articles);
    }
    expected.repeats.len()
}

fn assert_same(bounded: &Detections, expected: &Said, detection: &Detection, articles: &[Article<'_>]) {
    let found = said(|id| bounded.block_of(id).unwrap(), articles);
    for (a, b) in found.repeats.iter().zip(&expected.repeats) {
        assert_eq!(a, b);
    }
    assert_eq!(bounded.stats().unwrap(), detection.stats());
    assert_eq!(bounded.articles(), detection.articles());
    assert_eq!(&found, expected);
}

/// The sample, several times, each time with other words changed here and there.
pub(crate) fn corpus(copies: usize) -> Vec<Article<'static>> {
    let mut random = support::random(7);
    let sample = support::sample();
    let mut out = Vec::new();
    for _ in 0..copies {
        for _ in 0..sample.len() {
            let (_, title, text) = &sample[random(sample.len())];
            let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
            for _ in 0..random(5) {
                let (a, b) = (random(words.len()), random(words.len()));
                match random(4) {
                    0 => words.swap(a, b),
                    1 => words[a] = format!("{0} {0}", words[a]),
                    2 => words[a] = format!("{}", random(12)),
                    _ => words[a] = words[a].replace("500", &random(1000).to_string()),
                }
            }
            out.push(Article::new(title.clone()).with_text(words.join(" ")));
        }
    }
    out
}

/// Notices of a few forms: numbers, dates and names are filled in.
pub(crate) fn notices(count: usize) -> Vec<Article<'static>> {
    let mut state = 3_usize;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345) % (1 << 31);
        (state >> 12) % below
    };
    let names = ["Anna Berg", "Jo Klein", "Ada Roth", "Udo Lang", "Eva Stein"];
    let notice = |random: &mut dyn FnMut(usize) -> usize| {
        let name = names[random(names.len())];
        let form = match random(4) {
            0 => format!(
                "The meeting of {} members was closed at {} o'clock by the chair of the day.",
                random(9),
                random(5)
            ),
            1 => format!("The default value of {name} for the second port of the old server is still not known."),
            2 => format!(
                "On {} May the {} people of the village met near the bridge, and {name} spoke to them.",
                random(3),
                random(4)
            ),
            _ => {
                format!("Please contact {name} for more about this text: all rights to it are reserved by its authors.")
            }
        };
        let tail = [
            "",
            " Rain fell on the town.",
            " Rain fell on the town; the river rose by two feet in the night.",
        ][random(3)];
        format!("{form}{tail} Some {} came.", random(3))
    };
    (0..count)
        .map(|_| Article::new(format!("{}\n\n{}", notice(&mut random), notice(&mut random))))
        .collect()
}

#[test]
fn every_setting_decides_the_same_on_disk() {
    let (real, forms) = (ranked(corpus(2)), ranked(notices(300)));
    let mut total = 0;
    for units in UNITS {
        for scope in [Scope::Article, Scope::Corpus] {
            for keep in ORDERS {
                let detector = Detector::builder()
                    .units(units)
                    .scope(scope)
                    .keep(keep)
                    .build()
                    .unwrap();
                total += hold(&detector, &real, &[100_000], 3);
                total += hold(&detector, &forms, &[0, 50_000], 3);
            }
        }
    }
    let three = Lengths::new(&[3]).unwrap();
    for (measure, threshold) in [
        (Measure::default(), 0.3),
        (Measure::Jaccard(three), 0.5),
        (Measure::Containment(Lengths::ONE_AND_TWO), 0.7),
        (Measure::Edit, 0.8),
        (Measure::Edit, 0.5),
        (Measure::default(), 1.0),
    ] {
        for (level, min_tokens) in [(Level::Editor, 1), (Level::Exact, 5), (Level::Boilerplate, 12)] {
            let builder = Detector::builder().measure(measure).threshold(threshold);
            let builder = builder.level(level).min_tokens(min_tokens);
            let detector = builder.build().unwrap();
            total += hold(&detector, &real[..150.min(real.len())], &[100_000], 2);
            total += hold(&detector, &forms, &[50_000], 3);
        }
    }
    assert!(total > 5000, "{total}");
}

#[test]
fn every_reach_decides_the_same_on_disk() {
    let mut random = support::random(5);
    let origins: Vec<Origin> = (0..97)
        .map(|_| Origin {
            group: (random(9) > 0).then(|| u32::try_from(random(3)).unwrap()),
            time: (random(9) > 0).then(|| i64::try_from(random(40)).unwrap()),
        })
        .collect();
    let real = support::from(ranked(corpus(1)), &origins);
    let forms = support::from(ranked(notices(200)), &origins);
    let mut total = 0;
    for scope in [Scope::Corpus, Scope::Group, Scope::OtherGroups] {
        for within in [None, Some(Duration::from_secs(5))] {
            for keep in [Keep::First, Keep::HighestRank] {
                let builder = Detector::builder().scope(scope).within(within);
                let detector = builder.keep(keep).build().unwrap();
                total += hold(&detector, &real, &[50_000], 3);
                total += hold(&detector, &forms, &[0, 50_000], 3);
            }
        }
    }
    assert!(total > 1000, "{total}");
}

/// The outcome for a group is that of its articles alone.
#[test]
fn groups_are_as_each_alone() {
    let groups = [Some(0), Some(1), None, Some(7)];
    let group = |n: usize| groups[n * n % 7 % groups.len()];
    let articles: Vec<Article<'_>> = (0..)
        .zip(corpus(2).into_iter().chain(notices(400)))
        .map(|(n, article)| {
            article.with_origin(Origin {
                group: group(n),
                time: None,
            })
        })
        .collect();
    let mut total = 0;
    for (level, keep) in [(Level::Editor, Keep::First), (Level::Boilerplate, Keep::Longest)] {
        let grouped = Detector::builder()
            .level(level)
            .keep(keep)
            .scope(Scope::Group)
            .build()
            .unwrap();
        let alone = Detector::builder().level(level).keep(keep).build().unwrap();
        let all = grouped.detect(articles.iter().cloned());
        for group in groups {
            let ids: Vec<usize> = (0..articles.len())
                .filter(|&n| articles[n].origin.group == group)
                .collect();
            let mut expected: Vec<Repeat> = alone
                .detect(ids.iter().map(|&n| articles[n].clone()))
                .repeats()
                .collect();
            for repeat in &mut expected {
                for unit in [&mut repeat.removed, &mut repeat.kept] {
                    unit.article = ArticleId(u32::try_from(ids[unit.article.0 as usize]).unwrap());
                }
            }
            let found: Vec<Repeat> = all
                .repeats()
                .filter(|r| ids.contains(&(r.removed.article.0 as usize)))
                .collect();
            total += found.len();
            assert_eq!(found, expected);
        }
    }
    assert!(total > 500, "{total}");
}

#[test]
fn a_corpus_that_fits_stays_in_memory() {
    let articles = corpus(1);
    let mut session = Detector::new().session_within(Memory::new(100 << 20));
    session.push_all(&articles).unwrap();
    let bounded = session.finish().unwrap();
    assert_eq!(bounded.blocks(), 1);
    let detection = std::sync::Arc::new(Detector::new().detect(articles.iter().cloned()));
    assert_same(&bounded, &said(|_| detection.clone(), &articles), &detection, &articles);
    assert_eq!(bounded.block(7).unwrap().articles(), 0);
}

#[test]
fn rollback_reaches_across_segments() {
    let articles = ranked(corpus(1));
    let detector = Detector::builder().keep(Keep::HighestRank).build().unwrap();
    let detection = std::sync::Arc::new(detector.detect(articles.iter().cloned()));
    let expected = said(|_| detection.clone(), &articles);
    for cap in [0, 60_000, 1 << 30] {
        let mut session = detector.session_within(Memory::new(cap));
        let add = |session: &mut Session, some: &[Article<'_>]| session.push_all(some).unwrap();
        for (i, share) in articles.chunks(9).enumerate() {
            let first = session.next_id();
            add(&mut session, &articles[..5 * (i % 5)]);
            session.push(&Article::new("")).unwrap();
            session.rollback(first).unwrap();
            assert_eq!(session.next_id(), first);
            add(&mut session, share);
        }
        assert_same(&session.finish().unwrap(), &expected, &detection, &articles);
    }
    let mut session = detector.session_within(Memory::new(0));
    session.push_all(&articles).unwrap();
    session.rollback(ArticleId(0)).unwrap();
    assert_eq!(session.finish().unwrap().articles(), 0);
}

#[test]
fn a_missing_folder_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let memory = Memory::new(0).in_folder(folder.path().join("missing"));
    let mut session = Detector::new().session_within(memory);
    let error = session.push(&Article::new("Some text.")).unwrap_err();
    assert!(
        error.to_string().contains("missing: cannot make a temporary file"),
        "{error}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn reprints_are_decided_the_same_on_disk(
        articles in support::reprints(),
        keep in prop::sample::select(&ORDERS[..]),
        (scope, within) in support::reaches(),
        origins in prop::collection::vec(support::origins(), 1..8),
        cap in 0_usize..8000,
    ) {
        let detector = Detector::builder().keep(keep).scope(scope).within(within).build().unwrap();
        let articles = support::from(articles, &origins);
        hold(&detector, &articles, &[0, cap], 1);
    }

    #[test]
    fn random_texts_are_decided_the_same_on_disk(
        texts in prop::collection::vec("([a-d]{1,2} |[1-3] |aa bb cc dd ab ba |cd dc da ad ac |[.;:] |\n\n|天地人東西 ){0,40}", 1..14),
        keep in prop::sample::select(&ORDERS[..]),
        cap in 0_usize..8000,
        min_tokens in 1_u32..6,
        (scope, within) in support::reaches(),
        origins in prop::collection::vec(support::origins(), 1..8),
    ) {
        let articles = support::from(ranked(texts.into_iter().map(Article::new).collect()), &origins);
        let builder = Detector::builder().min_tokens(min_tokens).scope(scope).within(within);
        let detector = builder.keep(keep).build().unwrap();
        hold(&detector, &articles, &[0, cap], 1);
    }
}
