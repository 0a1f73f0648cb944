//! What is measured on a pair of texts, and the verdict.

use crate::amounts::digits;
use crate::look;
use crate::operand::Operand;
use redite::fold::{Tokens, is_number};
use redite::join::{Measure, Similarity};
use redite::shingle::Lengths;
use redite::verdict::{Context, missing_numbers};
use redite::{Level, Lost, Settings};
use serde::Serialize;
use std::collections::HashMap;

/// Numbers named in the verdict.
const NAMED: usize = 3;

/// One text as it is compared.
#[derive(Debug, Serialize)]
pub(crate) struct Side {
    pub(crate) origin: String,
    pub(crate) language: String,
    pub(crate) text: String,
    pub(crate) fold: String,
    pub(crate) tokens: Vec<String>,
    /// In half words.
    pub(crate) weight: u32,
    /// True if it is long enough to be compared.
    pub(crate) judged: bool,
    pub(crate) numbers: Vec<String>,
}

/// The shingles of both, as bags.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Shingles {
    pub(crate) shared: Vec<String>,
    pub(crate) only_a: Vec<String>,
    pub(crate) only_b: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Score {
    pub(crate) shared: u32,
    pub(crate) of: u32,
    pub(crate) value: f64,
    pub(crate) enough: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    Equal,
    Near,
    Stays,
}

/// Everything that is reported on a pair.
#[derive(Debug, Serialize)]
pub(crate) struct Explanation {
    pub(crate) a: Side,
    pub(crate) b: Side,
    pub(crate) measure: String,
    pub(crate) threshold: f64,
    pub(crate) min_tokens: u32,
    pub(crate) level: &'static str,
    /// None where the measure has no shingles.
    pub(crate) shingles: Option<Shingles>,
    /// Numbers of B that A does not have.
    pub(crate) missing_numbers: Vec<String>,
    pub(crate) similarity: Score,
    pub(crate) verdict: Verdict,
    pub(crate) sentence: String,
}

/// Compares two texts, each taken as one unit.
pub(crate) fn explain(a: &Operand, b: &Operand, settings: &Settings) -> Explanation {
    let (fold_a, fold_b) = (look::fold(&a.text, a.language), look::fold(&b.text, b.language));
    let (x, y) = (fold_a.as_str(), fold_b.as_str());
    let measure = settings.measure();
    let similarity = match (x == y, y.is_empty()) {
        (true, false) => Similarity::EQUAL,
        _ => measure.similarity(y, x),
    };
    let missing: Vec<String> = missing_numbers(y, x).into_iter().map(str::to_owned).collect();
    let shingles = match measure {
        Measure::Jaccard(lengths) | Measure::Containment(lengths) => Some(shingles(&fold_a, &fold_b, lengths)),
        Measure::Edit => None,
    };
    let (verdict, sentence) = judge([&fold_a, &fold_b], similarity, &missing, settings);
    Explanation {
        a: side(a, &fold_a, settings),
        b: side(b, &fold_b, settings),
        measure: measure.to_string(),
        threshold: settings.threshold().value(),
        min_tokens: settings.min_tokens(),
        level: match settings.level() {
            Level::Exact => "exact",
            Level::Editor => "editor",
            Level::Boilerplate => "boilerplate",
        },
        shingles,
        missing_numbers: missing,
        similarity: Score {
            shared: similarity.shared,
            of: similarity.of,
            value: similarity.value(),
            enough: settings.threshold().admits(similarity),
        },
        verdict,
        sentence,
    }
}

fn side(operand: &Operand, fold: &Tokens, settings: &Settings) -> Side {
    let tokens: Vec<String> = fold.iter().map(str::to_owned).collect();
    Side {
        origin: operand.origin.clone(),
        language: operand.language.code().to_owned(),
        text: operand.text.clone(),
        fold: fold.as_str().to_owned(),
        numbers: tokens.iter().filter(|t| is_number(t)).cloned().collect(),
        tokens,
        weight: fold.weight(),
        judged: settings.is_judged(fold.weight()),
    }
}

/// The same conditions, in the same order of weight, as the library's.
fn judge([a, b]: [&Tokens; 2], similarity: Similarity, missing: &[String], settings: &Settings) -> (Verdict, String) {
    let stays = |why: String| (Verdict::Stays, format!("B stays: {why}."));
    let too_short = |name: &str, tokens: &Tokens| {
        let least = settings.min_tokens();
        format!(
            "{name} is too short to compare: {}, and at least {least} are needed",
            words(tokens.weight())
        )
    };
    if b.as_str().is_empty() {
        return stays("it has no words to compare".to_owned());
    }
    if !settings.is_judged(b.weight()) {
        return stays(too_short("it", b));
    }
    if !settings.is_judged(a.weight()) {
        return stays(too_short("A", a));
    }
    if a.as_str() == b.as_str() {
        let sentence = "B would be removed as equal to A: their folds, the form that is compared, are the same.";
        return (Verdict::Equal, sentence.to_owned());
    }
    let score = score(similarity, settings);
    let lost = settings.rule().lost(b.as_str(), a.as_str(), Context::Unknown);
    let refusal = lost.map(|lost| match lost {
        Lost::Number(_) if !missing.is_empty() => format!("it has {}", named(missing)),
        Lost::Number(number) => format!("it has the number {number}, which A does not have in this place"),
        Lost::Order(number) => format!("it has the number {number} in another place than A"),
        Lost::Negation(word) => format!("only one of them is negated here, by \"{word}\""),
        Lost::Replaced { later, earlier } => format!("it says \"{later}\" where A says \"{earlier}\""),
        Lost::Moved(word) => format!("it has \"{word}\" in another place than A"),
        Lost::Added(word) => format!("it says more than A, from \"{word}\" on"),
        Lost::Rewritten => "too much of it differs from A".to_owned(),
        _ => "something of it would be lost".to_owned(),
    });
    match (settings.threshold().admits(similarity), refusal) {
        (true, None) => (Verdict::Near, format!("B would be removed as near A: {score}.")),
        (true, Some(why)) if settings.rule().lost(b.as_str(), a.as_str(), Context::Reprint).is_none() => stays(
            format!("{why}; but in a reprint, where paragraphs beside both are the same, it would be removed"),
        ),
        (true, Some(why)) => stays(why),
        (false, None) => stays(score),
        (false, Some(why)) => stays(format!("{score}; and {why}")),
    }
}

fn score(similarity: Similarity, settings: &Settings) -> String {
    let Similarity { shared, of } = similarity;
    let counts = match settings.measure() {
        Measure::Jaccard(_) => format!("{shared} of {of} shingles shared"),
        Measure::Containment(_) => format!("A has {shared} of its {of} shingles"),
        Measure::Edit => format!("{shared} of {of} tokens need no edit"),
    };
    let (value, least) = (similarity.value(), settings.threshold().value());
    // 0.5984 must not read as 0.60 where 0.6 is needed.
    let value = if (value - least).abs() < 0.005 && value < least {
        format!("{value:.4}")
    } else {
        format!("{value:.2}")
    };
    format!("{counts} ({value}), and at least {least} is needed")
}

fn named(missing: &[String]) -> String {
    let shown = missing.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    match missing.len() {
        1 => format!("the number {shown}, which A does not have"),
        n if n <= NAMED => format!("the numbers {shown}, which A does not have"),
        n => format!("the numbers {shown} and {} more, which A does not have", n - NAMED),
    }
}

/// Half words as words: `1 word`, `2.5 words`.
pub(crate) fn words(weight: u32) -> String {
    let half = if weight % 2 == 1 { ".5" } else { "" };
    let plural = if weight == 2 { "" } else { "s" };
    format!("{}{half} word{plural}", digits(u64::from(weight / 2)))
}

/// What two bags of shingles share, in the order of the later text, and what they do not.
fn shingles(a: &Tokens, b: &Tokens, lengths: Lengths) -> Shingles {
    let (left, right) = (windows(a, lengths), windows(b, lengths));
    let mut stock: HashMap<&str, u32> = HashMap::new();
    left.iter().for_each(|s| *stock.entry(s).or_default() += 1);
    let mut out = Shingles::default();
    let mut taken: HashMap<&str, u32> = HashMap::new();
    for shingle in &right {
        match stock.get_mut(shingle.as_str()) {
            Some(n) if *n > 0 => {
                *n -= 1;
                *taken.entry(shingle).or_default() += 1;
                out.shared.push(shingle.clone());
            }
            _ => out.only_b.push(shingle.clone()),
        }
    }
    for shingle in &left {
        match taken.get_mut(shingle.as_str()) {
            Some(n) if *n > 0 => *n -= 1,
            _ => out.only_a.push(shingle.clone()),
        }
    }
    out
}

fn windows(tokens: &Tokens, lengths: Lengths) -> Vec<String> {
    let words: Vec<&str> = tokens.iter().collect();
    let all = lengths
        .iter()
        .flat_map(|w| words.windows(w).map(|window| window.join(" ")));
    let all: Vec<String> = all.collect();
    if all.is_empty() && !words.is_empty() {
        return vec![words.join(" ")];
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use redite::Detector;
    use redite::segment::Language;

    fn explained(a: &str, b: &str, settings: &Settings) -> Explanation {
        let operand = |text: &str| Operand {
            origin: String::new(),
            text: text.to_owned(),
            language: Language::detect(text),
        };
        explain(&operand(a), &operand(b), settings)
    }

    /// The verdict on a pair must be what the library does to an article of the two.
    #[test]
    fn verdicts_are_those_of_the_library() {
        let texts = [
            "Some 1,500 people came to the market on Monday.",
            "Some 1.500 people came to the market on Monday!",
            "Some 2,800 people came to the market on Monday.",
            "Some people came to the market on Monday.",
            "Some people came to the market late on Monday.",
            "Some 1,500 peolpe came to the markets on Monday.",
            "Some 1,500 people came to the harbour on Monday.",
            "Some 1,500 people came to the market on Friday.",
            "Nobody knows why 1,500 people would ever do that.",
            "He said.",
            "...",
            "東京は今日も雨です、明日は雪でしょう。",
            "東京は今日も雨です、明日も雪でしょう。",
            "大阪は今日も雨です、明日は雪でしょう。",
        ];
        for similarity in [Measure::default(), Measure::Containment(Lengths::ONE), Measure::Edit] {
            for level in [Level::Exact, Level::Editor, Level::Boilerplate] {
                let detector = Detector::builder().measure(similarity).level(level).build().unwrap();
                for a in texts {
                    for b in texts {
                        let e = explained(a, b, detector.settings());
                        let repeats: Vec<_> = detector.detect([a, b]).repeats().collect();
                        let said = match repeats.first() {
                            None => Verdict::Stays,
                            Some(r) if r.reason == redite::Reason::Equal => Verdict::Equal,
                            Some(_) => Verdict::Near,
                        };
                        assert_eq!(e.verdict, said, "{a} / {b}: {}", e.sentence);
                        if let (Some(s), Measure::Jaccard(_)) = (&e.shingles, similarity) {
                            let union = s.shared.len() + s.only_a.len() + s.only_b.len();
                            let of = e.similarity.of as usize;
                            assert!(union == of || union == 0 || of == 1, "{a} / {b}: {union} of {of}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn reasons_are_given() {
        let settings = *Detector::new().settings();
        let said = |a, b| explained(a, b, &settings).sentence;
        let base = "Some 1,500 people came to the market on Monday.";
        assert_eq!(
            said(base, "Some 2,800 people came to the market on Monday."),
            "B stays: it has the number 2800, which A does not have."
        );
        assert_eq!(
            said(base, "Some people came to the market on Monday."),
            "B would be removed as near A: 14 of 18 shingles shared (0.78), and at least 0.52 is needed."
        );
        assert_eq!(
            said(base, "Some 1,500 people came to the harbour on Monday."),
            "B stays: it says \"harbour\" where A says \"market\"."
        );
        assert_eq!(
            said(base, "Some 1,500 people never came to the market on Monday."),
            "B stays: only one of them is negated here, by \"never\"."
        );
        assert_eq!(
            said(base, "Some 1,500 people came from 3 towns to the market on Monday."),
            "B stays: it has the number 3, which A does not have."
        );
        assert!(said(base, "He said.").starts_with("B stays: it is too short to compare: 2 words"));
        assert!(said("", "...").contains("no words"));
    }
}
