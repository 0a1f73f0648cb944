//! The pairs nearest to the threshold.

use super::grade::Grade;
use super::score::half_filled;
use super::truth::{Set, Spot};
use redite::{Detection, Reason, Repeat, Settings, Span};
use std::collections::HashMap;

/// How far below the threshold is looked.
const BELOW: f64 = 0.1;

/// A pair near the threshold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Borderline {
    pub(crate) repeat: Repeat,
    /// The grade of the planted pair it is, if it is one.
    pub(crate) grade: Option<Grade>,
}

/// The threshold at which pairs below `settings`' own show; `None` if there is no lower one.
pub(crate) fn lower(settings: &Settings) -> Option<f64> {
    let threshold = settings.threshold().value();
    let lower = (threshold - BELOW).max(threshold / 2.0);
    (lower < threshold).then_some(lower)
}

/// Of near repeats whose similarity `takes`, the `most` nearest to `threshold`, those that were not planted first; no
/// kept unit twice.
pub(crate) fn nearest(
    set: &Set,
    detection: &Detection,
    threshold: f64,
    most: usize,
    takes: impl Fn(f64) -> bool,
) -> Vec<Borderline> {
    let mut planted: HashMap<usize, Vec<(Span, Spot, Grade)>> = HashMap::new();
    for pair in &set.pairs {
        for (one, other) in [(pair.source, pair.copy), (pair.copy, pair.source)] {
            planted
                .entry(one.article)
                .or_default()
                .push((one.span, other, pair.grade));
        }
    }
    let grade = |repeat: &Repeat| {
        let (removed, kept) = (repeat.removed, repeat.kept);
        let pairs = planted.get(&(removed.article.0 as usize))?;
        let mut same = pairs.iter().filter(|(span, other, _)| {
            half_filled(removed.span, &[*span])
                && other.article == kept.article.0 as usize
                && half_filled(kept.span, &[other.span])
        });
        same.next().map(|(_, _, grade)| *grade)
    };
    let value = |repeat: &Repeat| repeat.similarity.value();
    let mut found: Vec<Borderline> = detection
        .repeats()
        .filter(|repeat| repeat.reason == Reason::Near && takes(value(repeat)))
        .map(|repeat| Borderline {
            grade: grade(&repeat),
            repeat,
        })
        .collect();
    found.sort_by(|a, b| {
        let far = |b: &Borderline| (value(&b.repeat) - threshold).abs();
        let planted = a.grade.is_some().cmp(&b.grade.is_some());
        planted
            .then(far(a).total_cmp(&far(b)))
            .then(a.repeat.removed.cmp(&b.repeat.removed))
    });
    let mut out: Vec<Borderline> = Vec::new();
    for pair in found {
        if out.len() == most {
            break;
        }
        if out.iter().all(|other| other.repeat.kept != pair.repeat.kept) {
            out.push(pair);
        }
    }
    out
}
