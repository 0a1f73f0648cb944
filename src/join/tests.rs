//! The join against an oracle that tries all pairs.

use super::*;
use crate::fold::{Tokens, fold};
use crate::shingle::Lengths;
use proptest::prelude::*;

fn naive_pairs(units: &[Tokens], rule: &Rule) -> Vec<Match> {
    let mut out = Vec::new();
    for (later, a) in units.iter().enumerate() {
        for (earlier, b) in units[..later].iter().enumerate() {
            if a.as_str().is_empty() || b.as_str().is_empty() {
                continue;
            }
            let similarity = if a == b {
                Similarity::EQUAL
            } else {
                rule.measure.similarity(a.as_str(), b.as_str())
            };
            let is_kept = a != b && rule.lost(a.as_str(), b.as_str(), Context::Unknown).is_some();
            if !is_kept && rule.threshold.admits(similarity) {
                out.push(Match {
                    later: later.try_into().unwrap(),
                    earlier: earlier.try_into().unwrap(),
                    similarity,
                });
            }
        }
    }
    out
}

fn naive_leaders(units: &[Tokens], rule: &Rule) -> Vec<Option<Match>> {
    let pairs = naive_pairs(units, rule);
    let mut out: Vec<Option<Match>> = Vec::new();
    for unit in 0..units.count() {
        let first = pairs
            .iter()
            .find(|m| m.later == unit && out[m.earlier as usize].is_none());
        out.push(first.copied());
    }
    out
}

fn levels() -> impl Strategy<Value = Level> {
    prop::sample::select(vec![Level::Exact, Level::Editor, Level::Boilerplate])
}

fn measures() -> impl Strategy<Value = Measure> {
    let lengths = prop::sample::select(vec![
        vec![1],
        vec![2],
        vec![1, 2],
        vec![3],
        vec![1, 3],
        vec![2, 4],
        vec![5],
    ]);
    (lengths, 0..3).prop_map(|(lengths, kind)| {
        let lengths = Lengths::new(&lengths).unwrap();
        match kind {
            0 => Measure::Jaccard(lengths),
            1 => Measure::Containment(lengths),
            _ => Measure::Edit,
        }
    })
}

/// Units drawn from few words, each a few edits from one of few seeds, some with numbers.
fn corpus(most: usize) -> impl Strategy<Value = Vec<Tokens>> {
    let spaced = vec!["a", "b", "c", "d", "e", "f", "g", "h", "中", "文", "1", "2", "3"];
    let unspaced = vec!["中", "文", "字", "日", "本", "語", "a", "1"];
    prop::sample::select(vec![spaced, unspaced]).prop_flat_map(move |words| drawn(words, most))
}

fn drawn(words: Vec<&'static str>, most: usize) -> impl Strategy<Value = Vec<Tokens>> {
    let word = prop::sample::select(words);
    let seeds = prop::collection::vec(prop::collection::vec(word.clone(), 0..14), 1..5);
    let edits = prop::collection::vec((0..5_usize, prop::collection::vec((0..14_usize, word), 0..4)), 1..most);
    (seeds, edits).prop_map(|(seeds, edits)| {
        edits
            .into_iter()
            .map(|(seed, changes)| {
                let mut words = seeds[seed % seeds.len()].clone();
                for (at, word) in changes {
                    match at % 3 {
                        0 if !words.is_empty() => {
                            let len = words.len();
                            words[at % len] = word;
                        }
                        1 => words.insert(at.min(words.len()), word),
                        _ => drop(words.pop()),
                    }
                }
                // Two numbers side by side must not fold to one.
                fold(&words.join(" ; "))
            })
            .collect()
    })
}

/// Thresholds of all sizes, most of them those that people ask for.
fn thresholds() -> impl Strategy<Value = Threshold> {
    let common = (1..=20_u32).prop_map(|t| f64::from(t) / 20.0);
    let low = (0.0..330.0_f64).prop_map(|power| 10_f64.powf(-power).max(f64::from_bits(1)));
    let counted = (1..40_u32, 1..4_000_u32).prop_map(|(n, of)| (f64::from(n) / f64::from(of)).min(1.0));
    prop_oneof![2 => common, 1 => low, 1 => counted].prop_map(|t| Threshold::new(t).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn who_asks_for_less_finds_no_less(units in corpus(25), measure in measures(), low in thresholds(), high in thresholds(), level in levels()) {
        let (low, high) = if low <= high { (low, high) } else { (high, low) };
        let at = |threshold| pairs(&units[..], &Rule { measure, threshold, level });
        let found = at(low);
        for pair in at(high) {
            prop_assert!(found.contains(&pair), "{pair:?} at {high:?}, not at {low:?}");
        }
    }

    #[test]
    fn every_pair_is_found_and_no_other(units in corpus(40), measure in measures(), threshold in thresholds(), level in levels()) {
        let rule = Rule { measure, threshold, level };
        prop_assert_eq!(pairs(&units[..], &rule), naive_pairs(&units, &rule));
    }

    #[test]
    fn verified_candidates_are_the_pairs(units in corpus(30), measure in measures(), threshold in thresholds(), level in levels()) {
        let rule = Rule { measure, threshold, level };
        let proposed = candidates(&units[..], &rule);
        prop_assert!(proposed.is_sorted_by_key(|c| (c.later, c.earlier)));
        let verified: Vec<Match> = proposed
            .into_iter()
            .filter_map(|c| c.similarity.map(|similarity| Match { later: c.later, earlier: c.earlier, similarity }))
            .collect();
        prop_assert_eq!(verified, pairs(&units[..], &rule));
    }

    #[test]
    fn leaders_are_those_of_the_oracle(units in corpus(40), measure in measures(), threshold in thresholds(), level in levels()) {
        let rule = Rule { measure, threshold, level };
        prop_assert_eq!(leaders(&units[..], &rule), naive_leaders(&units, &rule));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    /// Large enough for batches and threads.
    #[test]
    fn batches_and_threads_change_nothing(units in corpus(1300), measure in measures(), t in 10..=20_u32, level in levels()) {
        let rule = Rule { measure, threshold: Threshold::new(f64::from(t) / 20.0).unwrap(), level };
        prop_assert_eq!(pairs(&units[..], &rule), naive_pairs(&units, &rule));
        let expected = naive_leaders(&units, &rule);
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            prop_assert_eq!(&pool.install(|| leaders(&units[..], &rule)), &expected);
        }
    }
}

#[test]
fn thresholds_mean_what_they_say() {
    // 3 of 5 tokens: exactly 0.6.
    let units = [fold("a b c d"), fold("a b c e")];
    let at = |t: f64| Rule {
        measure: Measure::Jaccard(Lengths::ONE),
        threshold: Threshold::new(t).unwrap(),
        level: Level::Boilerplate,
    };
    assert_eq!(pairs(&units[..], &at(0.6)).len(), 1);
    assert_eq!(pairs(&units[..], &at(0.600_000_1)).len(), 0);
    assert_eq!(Threshold::new(0.0), None);
    assert_eq!(Threshold::new(1.1), None);
    assert_eq!(Threshold::new(f64::NAN), None);
}

/// With a threshold of 1e-9 the search for the longest partner ran through all numbers, because counts above 2^32 looked
/// like 2^32.
#[test]
fn thresholds_near_nothing_are_no_hang() {
    let units = [
        fold("a b c d e f g h"),
        fold("h x y z v w u t"),
        fold("k l m n o p q r"),
    ];
    for measure in [
        Measure::default(),
        Measure::Jaccard(Lengths::ONE),
        Measure::Containment(Lengths::ONE_AND_TWO),
        Measure::Edit,
    ] {
        for t in [
            1e-3,
            1e-9,
            1e-12,
            1e-19,
            1e-20,
            1e-300,
            f64::MIN_POSITIVE,
            f64::from_bits(1),
        ] {
            let rule = Rule {
                measure,
                threshold: Threshold::new(t).unwrap(),
                level: Level::Boilerplate,
            };
            let found = pairs(&units[..], &rule);
            assert_eq!(found, naive_pairs(&units, &rule), "{measure} at {t}");
            // The edit distance of the first two is that of two texts without a word in common.
            let shared = usize::from(measure != Measure::Edit);
            assert_eq!(found.len(), shared, "{measure} at {t}");
        }
    }
}

#[test]
fn counts_beyond_32_bits_keep_their_share() {
    let half = Similarity::new(1 << 39, 1 << 40);
    assert_eq!(half.value(), 0.5);
    let all = Similarity::new(usize::MAX, usize::MAX);
    assert_eq!((all.value(), all.of), (1.0, u32::MAX));
}

proptest! {
    #[test]
    fn partners_share_more_keys_the_more_their_lengths_differ(threshold in 1_u32..=100, tokens in 2_usize..150) {
        let threshold = Threshold::new(f64::from(threshold) / 100.0).unwrap();
        let bounds = measure::Bounds::new(Measure::default(), threshold).for_units_of(2);
        if bounds.grow_apart() {
            let (least, most) = bounds.partner_lengths(tokens);
            let shared = |length: usize| bounds.shared_keys(tokens, length);
            prop_assert!((least.max(2)..tokens).all(|length| shared(length) >= shared(length + 1)));
            prop_assert!((tokens..most.min(4 * tokens)).all(|length| shared(length) <= shared(length + 1)));
        }
    }
}
