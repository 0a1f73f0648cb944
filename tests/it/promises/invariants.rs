//! What must be true of every detection, whatever the settings and the texts. The fuzz targets use it, too.

use redite::fold::{fold, is_number};
use redite::{
    Article, ArticleId, Detection, Detector, Keep, Level, Origin, Rank, Reason, Repeat, Scope, Settings, Unit,
    UnitChoice, UnitKind,
};
use std::collections::{BTreeMap, BTreeSet};

fn text_of<'t>(articles: &'t [Article<'_>], unit: &Unit) -> &'t str {
    &articles[unit.article.0 as usize].texts[unit.field as usize][unit.span.range()]
}

fn numbers(fold: &str) -> BTreeMap<&str, u32> {
    let mut out = BTreeMap::new();
    for number in fold.split(' ').filter(|token| is_number(token)) {
        *out.entry(number).or_default() += 1;
    }
    out
}

/// Everything that must be true of a detection, whatever the settings and the texts.
pub(crate) fn hold(detector: &Detector, articles: &[Article<'_>]) -> Detection {
    let detection = detector.detect(articles.iter().cloned());
    let settings = detector.settings();
    let repeats: Vec<Repeat> = detection.repeats().collect();
    let removed: BTreeSet<Unit> = repeats.iter().map(|r| r.removed).collect();
    assert_eq!(removed.len(), repeats.len(), "nothing is removed twice");
    assert!(repeats.is_sorted_by_key(|r| (r.removed.article, r.removed.field, r.removed.span)));
    for repeat in &repeats {
        the_kept_unit_stays(repeat, &removed);
        the_verdict_can_be_recomputed(repeat, settings, &detection, articles);
        the_settings_are_kept(repeat, settings, articles);
        the_order_is_kept(repeat, settings, articles);
    }
    kept_and_removed_are_the_text(&detection, articles);
    what_follows_changes_nothing(detector, articles, &repeats);
    let stats = detection.stats();
    assert_eq!(stats.removed_equal + stats.removed_near, repeats.len() as u64);
    detection
}

/// What is decided of the first articles is decided of them alone.
fn what_follows_changes_nothing(detector: &Detector, articles: &[Article<'_>], repeats: &[Repeat]) {
    if detector.settings().keep() != Keep::First {
        return;
    }
    for end in 1..articles.len() {
        let alone = detector.detect(articles[..end].iter().cloned());
        let before = repeats.iter().take_while(|r| (r.removed.article.0 as usize) < end);
        assert!(alone.repeats().eq(before.copied()), "the first {end} articles");
    }
}

fn the_kept_unit_stays(repeat: &Repeat, removed: &BTreeSet<Unit>) {
    let kept = repeat.kept;
    let damaged = removed.iter().find(|gone| {
        (gone.article, gone.field) == (kept.article, kept.field)
            && gone.span.start < kept.span.end
            && kept.span.start < gone.span.end
    });
    assert_eq!(damaged, None, "{repeat:?}");
}

fn the_verdict_can_be_recomputed(r: &Repeat, settings: &Settings, detection: &Detection, articles: &[Article<'_>]) {
    let (gone, kept) = (detection.fold(&r.removed), detection.fold(&r.kept));
    if r.removed.kind == UnitKind::Sentence {
        assert_eq!(gone, fold(text_of(articles, &r.removed)).as_str());
        assert_eq!(kept, fold(text_of(articles, &r.kept)).as_str());
    }
    match r.reason {
        Reason::Equal => {
            assert_eq!(gone, kept);
            assert_eq!(r.similarity.value(), 1.0);
        }
        Reason::Near => {
            assert_ne!(gone, kept);
            let similarity = settings.measure().similarity(gone, kept);
            assert_eq!(similarity, r.similarity, "{gone:?} {kept:?}");
            assert!(settings.threshold().admits(similarity), "{gone:?} {kept:?}");
        }
    }
    if settings.level() != Level::Boilerplate {
        let there = numbers(kept);
        for (number, times) in numbers(gone) {
            let stands = there.get(number).copied().unwrap_or_default();
            assert!(stands >= times, "{number} is lost: {gone:?} {kept:?}");
        }
    }
}

fn the_settings_are_kept(repeat: &Repeat, settings: &Settings, articles: &[Article<'_>]) {
    let (removed, kept) = (repeat.removed, repeat.kept);
    assert_eq!(removed.kind, kept.kind);
    match settings.units() {
        UnitChoice::Both => {}
        UnitChoice::Paragraphs => assert_eq!(removed.kind, UnitKind::Paragraph),
        UnitChoice::Sentences => assert_eq!(removed.kind, UnitKind::Sentence),
    }
    if settings.scope() == Scope::Article {
        assert_eq!(removed.article, kept.article);
    }
    let origin = |unit: Unit| articles[unit.article.0 as usize].origin;
    assert!(joins(settings, origin(removed), origin(kept)));
    if removed.kind == UnitKind::Sentence {
        for unit in [removed, kept] {
            assert!(
                weight(articles, unit) >= 2 * settings.min_tokens(),
                "{}",
                text_of(articles, &unit)
            );
        }
    }
}

/// Whether articles of these origins are compared, as the documentation says it.
pub(crate) fn joins(settings: &Settings, a: Origin, b: Origin) -> bool {
    let by_group = match settings.scope() {
        Scope::Article | Scope::Corpus => true,
        Scope::Group => a.group == b.group,
        Scope::OtherGroups => a.group != b.group,
    };
    let far = |a: i64, b: i64| u64::try_from((i128::from(a) - i128::from(b)).abs()).unwrap();
    let by_time = settings.within().is_none_or(|most| match (a.time, b.time) {
        (Some(a), Some(b)) => far(a, b) <= most.as_secs(),
        (a, b) => a == b,
    });
    by_group && by_time
}

fn weight(articles: &[Article<'_>], unit: Unit) -> u32 {
    fold(text_of(articles, &unit)).weight()
}

fn the_order_is_kept(repeat: &Repeat, settings: &Settings, articles: &[Article<'_>]) {
    let (removed, kept) = (repeat.removed, repeat.kept);
    let place = |u: Unit| (u.article, u.field, u.span);
    let rank = |u: Unit| match &articles[u.article.0 as usize].rank {
        Some(Rank::Number(n)) => Some(*n),
        _ => None,
    };
    match settings.keep() {
        Keep::First => assert!(place(kept) < place(removed)),
        Keep::Last => assert!(place(kept) > place(removed)),
        Keep::Longest if removed.article == kept.article => assert!(place(kept) < place(removed)),
        // an article weighs what its sentences weigh, which folding it as a whole need not say
        Keep::Longest => {}
        Keep::LowestRank => assert!(rank(removed).is_none_or(|r| rank(kept).is_some_and(|k| k <= r))),
        Keep::HighestRank => assert!(rank(removed).is_none_or(|r| rank(kept).is_some_and(|k| k >= r))),
    }
}

fn kept_and_removed_are_the_text(detection: &Detection, articles: &[Article<'_>]) {
    for (id, article) in (0..).map(ArticleId).zip(articles) {
        let mut count = 0;
        for (field, text) in (0..).zip(&article.texts) {
            let cuts = detection.cuts(id, field, text).unwrap();
            count += cuts.len();
            assert!(cuts.windows(2).all(|w| w[0].span.end <= w[1].span.start));
            let mut back = detection.clean(id, field, text).unwrap();
            for cut in &cuts {
                let (span, unit) = (cut.span, cut.repeat.removed);
                assert_eq!((unit.article, unit.field), (id, field));
                assert!(span.contains(unit.span));
                let along = [
                    &text[span.range().start..unit.span.range().start],
                    &text[unit.span.range().end..span.range().end],
                ];
                assert!(
                    along.iter().all(|s| s.trim().is_empty()),
                    "only white space goes along: {along:?}"
                );
                // ascending cuts go back one after the other, each at its original place
                back.insert_str(span.range().start, &text[span.range()]);
            }
            assert_eq!(&back, text);
        }
        assert_eq!(
            count,
            detection.repeats_in(id).count(),
            "every repeat is cut out of some field"
        );
    }
}
