//! How fast paragraphs are folded and tokenised.

use super::support::{Bench, Options};
use redite::fold::{Folder, Tokens};
use redite::segment::{Paragraphs, paragraphs};

pub(crate) fn run(options: &Options) -> bool {
    let mut bench = Bench::new("fold", 2_000, options);
    bench.head("paragraphs folded one by one; least CPU time of the rounds");
    let mut all = 0;
    for case in bench.cases() {
        let mut spans = Vec::new();
        let texts: Vec<&str> = case.articles.iter().fold(Vec::new(), |mut texts, article| {
            spans.clear();
            paragraphs(&article.text, Paragraphs::Auto, &mut spans);
            texts.extend(spans.iter().map(|span| &article.text[span.range()]));
            texts
        });
        let mut folder = Folder::default();
        let (seconds, (tokens, checksum)) = bench.least(|| {
            let (mut tokens, mut checksum) = (0, 0_u64);
            let mut out = Tokens::default();
            for text in &texts {
                out.clear();
                folder.fold(text, &mut out);
                tokens += out.hashes().len();
                // Each fold is used, and any change of one shows.
                let ends = out.hashes().iter().fold(out.as_str().len() as u64, |sum, &hash| {
                    sum.wrapping_mul(31).wrapping_add(u64::from(hash))
                });
                checksum = checksum.rotate_left(1) ^ ends;
            }
            (tokens, checksum)
        });
        assert!(tokens > texts.len(), "{}: {tokens} tokens", case.name);
        if let Some(planted) = case.planted {
            assert_eq!(texts.len(), planted.paragraphs, "{}", case.name);
        }
        let rest = format!("{tokens} tokens, checksum {:08x}", checksum >> 32);
        bench.speed(&case.name, "fold", case.bytes(), tokens, seconds, &rest);
        all += tokens;
    }
    assert!(all > 0, "nothing was folded");
    bench.finish()
}
