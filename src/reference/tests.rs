use super::*;
use crate::steps::{growth, steps};
use proptest::prelude::*;

fn reference(limits: Limits, texts: &[String]) -> Reference {
    let mut builder = Builder::new(limits);
    builder.add_all(texts.to_vec()).unwrap();
    builder.build()
}

/// The tokens of a text with their lengths, as they are compared.
fn read(text: &str) -> Vec<(String, u32)> {
    let mut out = Vec::new();
    words::each(&crate::fold::fold(text), |_, token, _, weight| {
        out.push((token.to_owned(), weight.into()));
    });
    out
}

/// By token, whether it is part of a run of at least so many half words that stands in one of the texts: every run is compared with
/// every place.
fn covered(text: &str, texts: &[String], least: u32) -> Vec<bool> {
    let text = read(text);
    let mut covered = vec![false; text.len()];
    for there in texts.iter().map(|text| read(text)) {
        for from in 0..text.len() {
            for at in 0..there.len() {
                let same = text[from..]
                    .iter()
                    .zip(&there[at..])
                    .take_while(|(a, b)| a == b)
                    .count();
                let run = from..from + same;
                if text[run.clone()].iter().map(|token| token.1).sum::<u32>() >= least {
                    covered[run].fill(true);
                }
            }
        }
    }
    covered
}

/// Few different words and letters of scripts without spaces, so that much is contained and much nearly.
fn texts() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "ab ",
        "ac ",
        "水",
        "火",
        "ก",
        "7 ",
        "é",
        "% ",
        "ab ac ",
        "ab ac ab. ",
    ]);
    prop::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 600 } else { 3000 }))]

    #[test]
    fn every_run_is_found_and_nothing_else(
        there in prop::collection::vec(texts(), 1..4),
        text in texts(),
        tokens in 2..9_u32,
    ) {
        let limits = Limits { tokens, min_tokens: 1000 };
        let reference = reference(limits, &there);
        let (mut fold, mut hashes, mut numbers) = (Tokens::default(), Vec::new(), Vec::new());
        Folder::default().fold(&text, &mut fold);
        words::each(&fold, |_, token, hash, weight| {
            hashes.push((hash, weight));
            numbers.push(reference.words.get(token));
        });
        let asked = find::Asked { before: find::sums(&hashes), tokens: numbers };
        let pieces = reference.pieces(&hashes, &asked);
        let mut found = vec![false; hashes.len()];
        let mut end = 0;
        for piece in &pieces {
            prop_assert!(piece.tokens.start >= end && piece.tokens.end <= hashes.len());
            end = piece.tokens.end;
            found[piece.tokens.clone()].fill(true);
            // What is the same in both is as long as is said.
            prop_assert!(piece.same <= asked.before[piece.tokens.end] - asked.before[piece.tokens.start]);
            prop_assert!(!reference.tokens[piece.at.clone()].contains(&END));
        }
        let naive = covered(&text, &there, 2 * tokens);
        for (i, (found, naive)) in found.iter().zip(&naive).enumerate() {
            prop_assert!(found >= naive, "token {} of {:?} is missed: {:?}", i, text, pieces);
        }
        // Beyond runs there is only what gaps let in, beside a run.
        for piece in &pieces {
            prop_assert!(naive[piece.tokens.clone()].contains(&true));
        }
        // And what is told of the bytes is what the tokens say.
        let spans = reference.find(&text);
        prop_assert!(spans.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start));
        for contained in &spans {
            prop_assert!(text.get(contained.span.range()).is_some());
            let source = reference.text(contained.text).unwrap();
            prop_assert!(source.get(contained.at.range()).is_some());
            prop_assert!(contained.share > 0.0 && contained.share <= 1.0);
        }
        prop_assert_eq!(spans.len(), pieces.len());
    }

    #[test]
    fn no_text_is_a_fault(there in "\\PC{0,60}|[a-c .\n一ก]{0,60}", text in "\\PC{0,60}|[a-c .\n一ก]{0,60}") {
        let reference = reference(Limits { tokens: 2, min_tokens: 1 }, std::slice::from_ref(&there));
        for contained in reference.find(&format!("{text} {there}\n{text}")) {
            prop_assert!(there.get(contained.at.range()).is_some());
        }
    }
}

#[test]
fn an_edited_word_is_bridged_and_another_text_is_not() {
    let there = ["one two three four five six seven eight nine ten eleven twelve thirteen fourteen".to_owned()];
    let reference = reference(Limits::default(), &there);
    let found = |text: &str| -> Vec<String> {
        let spans = reference.find(text);
        spans.iter().map(|found| text[found.span.range()].to_owned()).collect()
    };
    for (text, gone) in [
        (
            "x one two three four five six seven eight nine y",
            &["one two three four five six seven eight nine"][..],
        ),
        (
            "x one two three four five six seven eight NO ten eleven twelve thirteen y",
            &["one two three four five six seven eight NO ten eleven twelve thirteen"],
        ),
        // three more words, two less
        (
            "x one two three four five six seven eight nine a b c ten eleven twelve thirteen y",
            &["one two three four five six seven eight nine a b c ten eleven twelve thirteen"],
        ),
        (
            "x two three four five eight nine ten eleven twelve thirteen fourteen one y",
            &[],
        ),
        (
            "x one two three four seven eight nine ten eleven twelve thirteen fourteen y",
            &["one two three four seven eight nine ten eleven twelve thirteen fourteen"],
        ),
        // four more words, or only three that follow
        (
            "x one two three four five six seven eight nine a b c d ten eleven twelve thirteen y",
            &["one two three four five six seven eight nine"],
        ),
        (
            "x one two three four five six seven eight nine a ten eleven twelve y",
            &["one two three four five six seven eight nine"],
        ),
    ] {
        assert_eq!(found(text), gone, "{text}");
    }
}

#[test]
fn short_units_are_found_where_they_are_units() {
    let there = [
        "What is the capital of France?\nParis.\n\nWhere is it?".to_owned(),
        "水は何度で沸くか".to_owned(),
    ];
    let reference = reference(Limits::default(), &there);
    let found = |text: &str| -> Vec<String> {
        let spans = reference.find(text);
        spans.iter().map(|found| text[found.span.range()].to_owned()).collect()
    };
    assert_eq!(
        found("Well. WHAT IS THE CAPITAL OF FRANCE! Paris."),
        ["WHAT IS THE CAPITAL OF FRANCE!"]
    );
    assert_eq!(
        found("- what is the capital of France\n- London."),
        ["what is the capital of France"]
    );
    assert_eq!(
        found("- what is the capital of\nFrance\n\nLondon."),
        ["what is the capital of\nFrance"]
    );
    assert_eq!(
        found("what is the capital of France\n- Paris"),
        ["what is the capital of France\n- Paris"]
    );
    assert_eq!(
        found("3. What is the capital of France? Paris."),
        ["What is the capital of France?"]
    );
    assert_eq!(
        found("Question: What is the capital of France? Answer: Paris"),
        ["What is the capital of France?"]
    );
    assert_eq!(
        found("He asked “what is the capital of France?” twice."),
        ["“what is the capital of France?”"]
    );
    assert_eq!(found("He asked what is the capital of France and left."), [""; 0]);
    assert_eq!(found("Where is it?"), [""; 0]);
    // eight letters are four words
    assert_eq!(found("水は何度で沸くか。"), [""; 0]);
    let reference = self::reference(
        Limits {
            min_tokens: 4,
            ..Limits::default()
        },
        &there,
    );
    assert_eq!(reference.find("さあ。水は何度で沸くか。火は？").len(), 1);
}

#[test]
fn accents_numbers_and_signs_make_no_difference() {
    let there = ["Le 3 février, 1 500 élèves ont marché jusqu'à l'hôtel de ville pour 50 €.".to_owned()];
    let reference = reference(Limits::default(), &there);
    for text in [
        "LE 3 FEVRIER, 1.500 ELEVES ONT MARCHE JUSQU'A L'HOTEL DE VILLE POUR 50 €.",
        "Le 3 f&eacute;vrier 1,500 &eacute;l&egrave;ves ont <b>march&eacute;</b> jusqu’à l’hôtel de\nville pour €50",
        "**Le 3 février**, 1500 élèves ont marché; jusqu'à l'hôtel de ville – pour 50",
    ] {
        let found = reference.find(&format!("Avant. {text} Après."));
        assert_eq!(found.len(), 1, "{text}");
        assert!(found[0].span.len() + 4 >= text.len(), "{text} {found:?}");
    }
}

#[test]
fn of_equal_texts_the_first_is_told() {
    let there = vec!["The same question, which stands here more than once, again.".to_owned(); 40];
    let found = reference(Limits::default(), &there).find(&there[0]);
    assert_eq!(found[0].text, 0);
    assert_eq!(
        found[0].at.range(),
        0.."The same question, which stands here more than once, again".len()
    );
}

/// Texts that make work, about so many bytes: one token, a period of three, runs that shift, gaps everywhere.
fn hostile(bytes: usize) -> Vec<(&'static str, String, String)> {
    let times = |what: &str| what.repeat(bytes / what.len());
    let number = |step: usize, modulus: usize| -> String {
        (0..bytes / 5).map(|i| format!("{:04} ", i * step % modulus)).collect()
    };
    vec![
        ("one token in both", times("a "), times("a ")),
        ("one token, and less of it there", times("a "), "a ".repeat(50)),
        ("one letter", times("水"), times("水")),
        ("a period", times("a b c "), times("a b c ")),
        (
            "runs that end everywhere",
            times("a a a a a a a a b "),
            times("a a a a a a a a a c "),
        ),
        (
            "gaps everywhere",
            times("a b c d x e f g h y "),
            times("a b c d e f g h "),
        ),
        ("runs that shift", number(7, 9973), number(7, 9967)),
        ("signs", times("% "), times("% a ")),
        ("short lines", times("a b c d e\n"), times("a b c d e\n")),
    ]
}

#[test]
fn twice_the_text_is_twice_the_work() {
    for ((name, small, there), (_, large, more)) in hostile(20_000).into_iter().zip(hostile(40_000)) {
        let count = |text: &str, there: &str| {
            let reference = reference(Limits::default(), &[there.to_owned()]);
            (text.len(), steps(|| drop(reference.find(text))))
        };
        let (told, growth) = growth([count(&small, &there), count(&large, &more)]);
        assert!(growth < 2.3, "{name}: {told}");
        assert!(count(&large, &more).1 < 60 * large.len(), "{name}: {told}");
    }
}
