//! How fast texts are cut into paragraphs and these into sentences.

use super::support::{Bench, Options};
use redite::fold::fold;
use redite::segment::{Language, Paragraphs, paragraphs, sentences};

pub(crate) fn run(options: &Options) -> bool {
    let mut bench = Bench::new("segment", 2_000, options);
    bench.head("paragraphs, then their sentences; least CPU time of the rounds");
    for case in bench.cases() {
        let name = case.name.as_str();
        let tokens = case
            .articles
            .iter()
            .map(|article| fold(&article.text).hashes().len())
            .sum();
        let (mut paras, mut sents) = (Vec::new(), Vec::new());
        let (seconds, found) = bench.least(|| {
            let mut found = (0, 0);
            for article in &case.articles {
                paras.clear();
                paragraphs(&article.text, Paragraphs::Auto, &mut paras);
                for para in &paras {
                    sents.clear();
                    sentences(
                        &article.text[para.range()],
                        Language::from_tag(&article.lang),
                        &mut sents,
                    );
                    found.1 += sents.len();
                }
                found.0 += paras.len();
            }
            found
        });
        if let Some(planted) = case.planted {
            assert_eq!(found.0, planted.paragraphs, "{name}");
            // Some last words may be abbreviations; in Thai a sentence has no stop, and short ones are joined.
            let percent = if name == "th" { 50 } else { 90 };
            let least = planted.sentences * percent / 100;
            assert!(
                (least..=planted.sentences).contains(&found.1),
                "{name}: {found:?} of {planted:?}"
            );
        }
        let rest = format!("{} paragraphs, {} sentences", found.0, found.1);
        bench.speed(name, "cut", case.bytes(), tokens, seconds, &rest);
    }
    bench.finish()
}
