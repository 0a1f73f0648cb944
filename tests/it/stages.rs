//! A corpus that is cleaned in stages: whatever the blocks, what goes is what goes in one run.

use crate::bounded::{corpus, notices};
use crate::support::{self, UNITS};
use proptest::prelude::*;
use rayon::prelude::*;
use redite::index::{Source, Stages};
use redite::join::Measure;
use redite::{Article, ArticleId, Detector, Keep, Level, Repeat, Scope};
use std::fs;
use std::path::Path;
use std::time::Duration;

fn in_one_run(detector: &Detector, articles: &[Article<'_>]) -> Vec<Repeat> {
    detector.detect(articles.to_vec()).repeats().collect()
}

fn source<'t>(id: usize, article: &'t Article<'_>) -> Source<'t> {
    Source {
        id: Some(id.to_string().into()),
        place: format!("file:{id}").into(),
        time: article.origin.time,
        texts: article
            .texts
            .iter()
            .map(|text| ("text".into(), (&**text).into()))
            .collect(),
    }
}

fn cut(folder: &Path, block: u32, articles: &[Article<'_>], first: usize) {
    let mut cut = Stages::open(folder).unwrap().cut(block);
    for (at, some) in (first..).step_by(5).zip(articles.chunks(5)) {
        let with_source = (at..)
            .zip(some)
            .map(|(id, article)| (article.clone(), source(id, article)));
        cut.push_all(with_source.collect()).unwrap();
    }
    assert_eq!(cut.finish().unwrap() as usize, articles.len());
}

/// All articles in blocks that end at these places, each stage by a process that knows nothing but the folder.
fn hold(detector: &Detector, articles: &[Article<'_>], ends: &[usize], counted: u32) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    Stages::create(folder, detector).unwrap();
    let starts: Vec<usize> = [0].into_iter().chain(ends.iter().copied()).collect();
    let blocks: Vec<(u32, &[Article<'_>], usize)> = (0..)
        .zip(&starts)
        .map(|(block, &start)| {
            let end = starts.get(block as usize + 1).copied().unwrap_or(articles.len());
            (block, &articles[start..end], start)
        })
        .collect();
    (blocks.par_iter().rev()).for_each(|&(block, articles, first)| cut(folder, block, articles, first));
    let count = u32::try_from(blocks.len()).unwrap();
    Stages::open(folder).unwrap().order(&[counted % count]).unwrap();
    for block in 0..count {
        Stages::open(folder).unwrap().decide(block).unwrap();
        (block + 1..count)
            .into_par_iter()
            .rev()
            .for_each(|later| Stages::open(folder).unwrap().meet(later, block).unwrap());
    }
    let mut found = Vec::new();
    for &(block, articles, first) in &blocks {
        let decision = Stages::open(folder).unwrap().decision(block).unwrap();
        found.extend(decision.detection().repeats());
        for (id, article) in (first..).zip(articles) {
            let number = ArticleId(u32::try_from(id).unwrap());
            assert_eq!(decision.source(number).unwrap(), Some(source(id, article)));
            for (field, text) in (0..).zip(&article.texts) {
                decision.detection().clean(number, field, text).unwrap();
            }
        }
    }
    let expected = in_one_run(detector, articles);
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected, "{ends:?}");
    }
    assert_eq!(found.len(), expected.len(), "{ends:?}");
    found.len()
}

#[test]
fn blocks_decide_what_one_run_decides() {
    let (real, forms) = (corpus(2), notices(200));
    let mut total = 0;
    for units in UNITS {
        for within in [None, Some(Duration::from_secs(5))] {
            let detector = Detector::builder().units(units).within(within).build().unwrap();
            let mut random = support::random(5);
            let time = |_: i32| redite::Origin {
                group: None,
                time: (random(9) > 0).then(|| i64::try_from(random(40)).unwrap()),
            };
            let origins: Vec<redite::Origin> = (0..97).map(time).collect();
            let (real, forms) = (
                support::from(real.clone(), &origins),
                support::from(forms.clone(), &origins),
            );
            let third = real.len() / 3;
            total += hold(&detector, &real, &[third, third + 1, 2 * third], 0);
            total += hold(&detector, &forms, &[0, 1, 2, 2, 50, 199], 4);
        }
    }
    for (measure, threshold) in [
        (Measure::default(), 0.3),
        (Measure::Edit, 0.8),
        (Measure::default(), 1.0),
    ] {
        for level in [Level::Editor, Level::Exact, Level::Boilerplate] {
            let builder = Detector::builder().measure(measure).threshold(threshold);
            let detector = builder.level(level).build().unwrap();
            total += hold(&detector, &real[..150.min(real.len())], &[20, 90], 1);
            total += hold(&detector, &forms, &[3, 150], 0);
        }
    }
    assert!(total > 2000, "{total}");
    let alone = Detector::builder().scope(Scope::Article).build().unwrap();
    assert_eq!(hold(&alone, &forms, &[90], 0), in_one_run(&alone, &forms).len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn reprints_are_told_across_blocks(
        articles in support::reprints(),
        ends in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        counted in 0_u32..4,
    ) {
        let mut ends: Vec<usize> = ends.iter().map(|end| end.index(articles.len() + 1)).collect();
        ends.sort_unstable();
        hold(&Detector::new(), &articles, &ends, counted);
    }

    #[test]
    fn random_texts_are_decided_the_same_in_blocks(
        texts in prop::collection::vec("([a-d]{1,2} |[1-3] |aa bb cc dd ab ba |cd dc da ad ac |[.;:] |\n\n|天地人東西 ){0,40}", 1..14),
        ends in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        counted in 0_u32..4,
        min_tokens in 1_u32..6,
        level in prop::sample::select(&[Level::Exact, Level::Editor, Level::Boilerplate][..]),
    ) {
        let articles: Vec<Article<'_>> = texts.into_iter().map(Article::new).collect();
        let mut ends: Vec<usize> = ends.iter().map(|end| end.index(articles.len() + 1)).collect();
        ends.sort_unstable();
        let detector = Detector::builder().min_tokens(min_tokens).level(level).build().unwrap();
        hold(&detector, &articles, &ends, counted);
    }
}

const STORM: &str = "The storm tore the roof off the school. Nobody was hurt by it.";

#[test]
fn what_is_missing_or_damaged_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let said = |error: redite::index::IndexError| error.to_string();
    assert!(said(Stages::open(folder).unwrap_err()).contains("no file STAGES"));
    let stages = Stages::create(folder, &Detector::new()).unwrap();
    let other = Detector::builder().level(Level::Exact).build().unwrap();
    assert!(said(Stages::create(folder, &other).unwrap_err()).contains("other settings"));
    let last = Detector::builder().keep(Keep::Last).build().unwrap();
    assert!(said(Stages::create(folder, &last).unwrap_err()).contains("keep=first"));
    let groups = Detector::builder().scope(Scope::Group).build().unwrap();
    assert!(said(Stages::create(folder, &groups).unwrap_err()).contains("groups"));
    for failed in [stages.order(&[0]), stages.decide(0), stages.meet(1, 0)] {
        assert!(said(failed.unwrap_err()).contains("not there yet"));
    }
    for block in 0..2 {
        cut(folder, block, &[Article::new(STORM)], block as usize);
    }
    stages.order(&[0]).unwrap();
    stages.decide(0).unwrap();
    assert!(said(stages.decide(1).unwrap_err()).contains("met-1-0: is not there yet"));
    stages.meet(1, 0).unwrap();
    stages.decide(1).unwrap();
    // Any stage may be done again.
    stages.meet(1, 0).unwrap();
    stages.decide(1).unwrap();
    assert_eq!(stages.decision(1).unwrap().detection().repeats().count(), 1);
    for name in ["cut-0", "cut-1", "order", "met-1-0", "run-0", "decided-1"] {
        let path = folder.join(name);
        let whole = fs::read(&path).unwrap();
        let mut found = 0;
        for at in (0..whole.len()).step_by(whole.len() / 40 + 1) {
            let mut changed = whole.clone();
            changed[at] ^= 4;
            fs::write(&path, changed).unwrap();
            let all = || {
                stages.order(&[0])?;
                stages.meet(1, 0)?;
                stages.decide(1)?;
                stages.decision(1)?;
                (0..2).try_for_each(|n| stages.decision(1)?.source(ArticleId(n)).map(drop))
            };
            // (an order is written anew before it is read)
            let result: Result<(), redite::index::IndexError> = all();
            found += usize::from(result.is_err());
        }
        fs::write(&path, &whole).unwrap();
        assert!(
            found > 20 || ["order", "met-1-0", "decided-1"].contains(&name),
            "{name}: {found}"
        );
    }
    assert!(
        fs::read_dir(folder)
            .unwrap()
            .all(|entry| !entry.unwrap().file_name().to_string_lossy().starts_with('.'))
    );
}
