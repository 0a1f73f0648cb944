//! What shingling and the exact join of paragraphs cost.

use super::support::{Bench, Options};
use redite::Detector;
use redite::fold::{Tokens, fold};
use redite::join::{candidates, leaders};
use redite::segment::{Paragraphs, paragraphs};
use redite::shingle;
use std::collections::HashSet;

pub(crate) fn run(options: &Options) -> bool {
    let mut bench = Bench::new("join", 1_000, options);
    bench.head("distinct folds of paragraphs at the default rule; least CPU time of the rounds");
    let rule = Detector::new().settings().rule();
    for case in bench.cases() {
        // As the pipeline does it: equal folds are one unit, units without tokens none.
        let (mut seen, mut spans) = (HashSet::new(), Vec::new());
        let mut units: Vec<Tokens> = Vec::new();
        for article in &case.articles {
            spans.clear();
            paragraphs(&article.text, Paragraphs::Auto, &mut spans);
            let folds = spans.iter().map(|span| fold(&article.text[span.range()]));
            units.extend(folds.filter(|fold| !fold.hashes().is_empty() && seen.insert(fold.as_str().to_owned())));
        }
        let units = units.as_slice();
        let (tokens, name) = (units.iter().map(|unit| unit.hashes().len()).sum(), case.name.as_str());
        let bytes = units.iter().map(|unit| unit.as_str().len()).sum();

        let (seconds, (shingles, _)) = bench.least(|| {
            let (mut shingles, mut sum) = (0_usize, 0_u32);
            for unit in units {
                shingle::visit(unit.hashes(), rule.lengths(), |hash| {
                    shingles += 1;
                    sum ^= hash;
                    true
                });
            }
            (shingles, sum)
        });
        let all: usize = units.iter().map(|unit| rule.lengths().count(unit.hashes().len())).sum();
        assert_eq!(shingles, all, "{name}");
        bench.speed(name, "shingle", bytes, tokens, seconds, &format!("{shingles} shingles"));

        let (seconds, decisions) = bench.least(|| leaders(units, &rule));
        let repeats = decisions.iter().flatten().count();
        if let Some(planted) = case.planted {
            // Not every copy is a repeat: some lost a negation (in Russian one in ten), two may lack the same word,
            // and where a letter is a token it may be one of two like ones.
            assert!(
                5 * repeats >= 4 * planted.near,
                "{name}: {repeats} repeats of {planted:?}"
            );
            assert!(repeats <= planted.near, "{name}: {repeats} repeats of {planted:?}");
        }
        bench.speed(
            name,
            "leaders",
            bytes,
            tokens,
            seconds,
            &format!("{} units, {repeats} repeats", units.len()),
        );

        let proposed = candidates(units, &rule);
        let verified = proposed.iter().filter(|pair| pair.similarity.is_some()).count();
        assert!(verified >= repeats, "{name}: {verified} pairs, {repeats} repeats");
        if bench.count {
            println!("exact\tjoin\t{name} candidates\t{}", proposed.len());
            println!("exact\tjoin\t{name} verified\t{verified}");
        } else {
            println!("{name:<5}{:<12}{} candidates, {verified} verified", "", proposed.len());
        }
        bench.note(&format!("{name} leaders"), "candidates", proposed.len() as f64);
        bench.note(&format!("{name} leaders"), "verified", verified as f64);
    }
    bench.finish()
}
