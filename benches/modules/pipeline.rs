//! The library from articles to decisions: cutting and folding, then joining and deciding.
//!
//! `--write FILE` writes the texts as JSON Lines and measures nothing.

use super::support::{Bench, Case, Options, clock, peak};
use redite::{Detector, Stats};
use std::fmt::Write as _;

pub(crate) fn run(options: &Options) -> bool {
    let mut bench = Bench::new("pipeline", 1_000, options);
    let mut cases = bench.cases();
    if let Some(path) = bench.option("--write") {
        write(path, &cases);
        return true;
    }
    bench.head("take: cut and fold; decide: join and decide; least CPU time of the rounds, one thread");
    for case in &cases {
        measure(&mut bench, case);
        if !bench.count {
            one_article(&mut bench, case);
        }
    }
    if cases.len() > 1 {
        // All languages in one corpus, an article of each in turn.
        let most = cases.iter().map(|case| case.articles.len()).max().unwrap_or(0);
        let articles = (0..most).flat_map(|i| cases.iter().filter_map(move |case| case.articles.get(i).cloned()));
        let all = Case {
            name: "all".to_owned(),
            articles: articles.collect(),
            planted: None,
        };
        cases.clear();
        if !bench.count {
            measure(&mut bench, &all);
            two_threads(&mut bench, &all);
        }
    }
    if let Some(peak) = peak().filter(|_| !bench.count) {
        println!("peak memory {:.0} MB, generated text included", peak / 1e6);
    }
    bench.finish()
}

fn measure(bench: &mut Bench, case: &Case) {
    let (detector, given, name) = (Detector::new(), case.given(), case.name.as_str());
    let tokens: usize = given
        .iter()
        .flat_map(|a| &a.texts)
        .map(|text| redite::fold::fold(text).hashes().len())
        .sum();
    let mut sessions = Vec::new();
    let (seconds, _) = bench.least(|| {
        let mut session = detector.session();
        session.push_all(&given).expect("there are few articles");
        let articles = session.next_id();
        sessions.push(session);
        articles
    });
    bench.speed(name, "take", case.bytes(), tokens, seconds, "");
    let (seconds, stats): (f64, Stats) = bench.least(|| {
        sessions
            .pop()
            .and_then(|s| s.finish().ok()?.stats().ok())
            .unwrap_or_default()
    });
    let removed = stats.removed_equal + stats.removed_near;
    let rest = format!(
        "{} paragraphs, {} sentences, {removed} removed",
        stats.paragraphs, stats.sentences
    );
    bench.speed(name, "decide", case.bytes(), tokens, seconds, &rest);
    if bench.count {
        println!("exact\tpipeline\t{name} removed\t{removed}");
    }
    bench.note(&format!("{name} decide"), "removed", removed as f64);
    assert_eq!(stats.articles, case.articles.len() as u64, "{name}");
    if let Some(planted) = case.planted {
        assert_eq!(stats.paragraphs, planted.paragraphs as u64, "{name}");
        assert!(
            stats.removed_equal >= planted.equal as u64,
            "{name}: {stats:?} of {planted:?}"
        );
        let all = (planted.equal + planted.near) as u64;
        assert!(50 * removed >= 49 * all, "{name}: {stats:?} of {planted:?}");
        // Nothing else goes. (Units do not tell: a copy that lost a negation goes sentence by sentence but for one.)
        assert!(
            stats.removed_bytes <= planted.bytes as u64,
            "{name}: {stats:?} of {planted:?}"
        );
    }
}

/// Wall time of one and of two threads, in turn.
fn two_threads(bench: &mut Bench, case: &Case) {
    let (detector, given) = (Detector::new(), case.given());
    let pool = |threads| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("threads")
    };
    let pools = [pool(1), pool(2)];
    let mut least = [f64::MAX; 2];
    let mut answers = Vec::new();
    for _ in 0..bench.rounds {
        for (pool, least) in pools.iter().zip(&mut least) {
            let start = clock();
            answers.push(pool.install(|| {
                let mut session = detector.session();
                session.push_all(&given).expect("there are few articles");
                session
                    .finish()
                    .and_then(|detections| detections.stats())
                    .unwrap_or_default()
            }));
            *least = least.min(clock() - start);
        }
    }
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "the number of threads changes the answer"
    );
    let share = least[1] / least[0];
    println!(
        "all  two threads {:.3} s of the clock, one {:.3} s: {share:.2}",
        least[1], least[0]
    );
    bench.note("all two threads", "wall of one thread", share);
}

/// Articles of 5 kB, one at a time, as another program would ask for them.
fn one_article(bench: &mut Bench, case: &Case) {
    const BYTES: usize = 5_000;
    const ARTICLES: usize = 150;
    let mut texts: Vec<String> = vec![String::new()];
    for article in &case.articles {
        // Short ones are joined, long ones cut.
        if let Some(text) = texts.last_mut() {
            text.push_str(&article.text[..article.text.floor_char_boundary(BYTES)]);
            if text.len() >= BYTES {
                text.truncate(text.floor_char_boundary(BYTES));
                texts.push(String::new());
            }
        }
        if texts.len() > ARTICLES {
            break;
        }
    }
    texts.pop();
    let language = redite::segment::Language::from_tag(&case.name);
    let detector = Detector::builder().language(Some(language)).build();
    let detector = detector.expect("valid settings");
    let mut each: Vec<f64> = texts
        .iter()
        .map(|text| bench.least_by(clock, || detector.repeats(text).len()).0 * 1e6)
        .collect();
    each.sort_by(f64::total_cmp);
    let Some(&median) = each.get(each.len() / 2) else {
        return;
    };
    println!(
        "{:<5}one article of {BYTES} bytes, median of {}: {median:.0} µs",
        case.name,
        each.len()
    );
    bench.note(&format!("{} one article", case.name), "µs", median);
}

fn write(path: &str, cases: &[Case]) {
    let mut out = String::new();
    for case in cases {
        for (i, article) in case.articles.iter().enumerate() {
            let id = format!("{}-{i}", case.name);
            let line = serde_json::json!({"id": id, "lang": article.lang, "text": article.text});
            writeln!(out, "{line}").expect("a string takes all");
        }
    }
    std::fs::write(path, out).unwrap_or_else(|e| panic!("{path}: {e}"));
}
