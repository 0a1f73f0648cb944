//! The decisions of the whole pipeline.

use redite::join::Measure;
use redite::{Detector, Level, Reason};

#[test]
fn a_lead_that_comes_back_is_found() {
    let text = "Il y a une semaine, la commune et les associations ont lancé le chantier du mont d'Aval où se \
        trouvaient selon le parc 1.500 marcheurs. Les équipes progressaient hier sur le versant nord. \
        Il y a une semaine, la commune et les associations ont lancé le chantier du mont d'Aval, où se \
        trouvaient selon le parc 1 500 marcheurs. La vallée compte 150 000 habitants.";
    let repeats = Detector::new().repeats(text);
    assert_eq!(repeats.len(), 1);
    assert!(text[repeats[0].removed.span.range()].contains("1 500"));
    assert!(text[repeats[0].kept.span.range()].contains("1.500"));
    assert_eq!(repeats[0].reason, Reason::Equal);
    assert!(
        Detector::new()
            .clean(text)
            .ends_with("sur le versant nord. La vallée compte 150 000 habitants.")
    );
}

#[test]
fn what_fills_in_a_form_is_a_fact_but_at_level_boilerplate() {
    let entry =
        |name: &str| format!("The port that {name} listens on by default is set in the main file of the service.");
    // removed and kept articles
    let goes = |level, names: &[&str]| -> Vec<(u32, u32)> {
        let texts: Vec<String> = names.iter().map(|name| entry(name)).collect();
        let detector = Detector::builder().level(level).build().unwrap();
        let detection = detector.detect(texts.iter().map(String::as_str));
        let places = detection.repeats().map(|r| (r.removed.article.0, r.kept.article.0));
        places.collect()
    };
    for level in [Level::Editor, Level::Exact] {
        assert_eq!(goes(level, &["apache", "nginx"]), []);
        assert_eq!(goes(level, &["apache", "nginx", "squid"]), []);
        let twice = goes(level, &["apache", "nginx", "squid", "nginx"]);
        assert_eq!(twice, [(3, 1)], "what is said twice in one form");
    }
    assert_eq!(goes(Level::Boilerplate, &["apache", "nginx"]), [(1, 0)]);
    assert_eq!(
        goes(Level::Boilerplate, &["apache", "nginx", "squid"]),
        [(1, 0), (2, 0)]
    );
}

/// The language of a text of one plain sentence is not detected where only its boundaries would need it.
#[test]
fn a_negation_and_a_number_in_words_stay_in_texts_of_one_sentence() {
    let said = "The committee did approve the new budget of the old town on Monday at ten.";
    for (from, to) in [("did approve", "did not approve"), ("at ten", "at two")] {
        let later = said.replace(from, to);
        assert_eq!(Detector::new().detect([said, &later]).repeats().count(), 0, "{later}");
        let article = format!("{said} Nobody else has spoken since then. {later}");
        assert_eq!(Detector::new().repeats(&article).len(), 0, "{article}");
    }
}

/// Three of five paragraphs are too short, and so are their sentences and one of the others'.
#[test]
fn units_that_are_too_short_are_counted() {
    let text = "He said so.\n\nShe went home.\n\nThey came back.\n\n\
        The council voted a budget of 1,500 euros for the fair. Nobody came.\n\n\
        The river rose by two feet while the people of the town slept in their houses.";
    let detector = Detector::new();
    let stats = detector.detect([text]).stats();
    assert_eq!((stats.paragraphs, stats.sentences), (5, 6));
    assert_eq!(stats.too_short, 3 + 4);
}

/// Some articles without their repeats.
fn cleaned(texts: &[&str]) -> Vec<String> {
    let detection = Detector::new().detect(texts.iter().copied());
    let clean = |(id, text): (u32, &&str)| detection.clean(redite::ArticleId(id), 0, text).unwrap();
    (0..).zip(texts).map(clean).collect()
}

const FAIR: &str = "The council voted a budget for the summer fair on the quay.";

#[test]
fn introductions_keep_what_they_introduce() {
    let list = "Tables of the old format, and all of their indexes and keys";
    let other = "The following tables cannot be restored from a backup:";
    let texts = [list, &format!("{other}\n\n{list}\n\nThe end of it is near, they say.")];
    assert_eq!(cleaned(&texts)[1], texts[1]);
    // an introduction that goes takes along what it introduces
    let both = format!("{other}\n\n{list}");
    let third = format!("{both}\n\nThe end of it is near, they say.");
    assert_eq!(cleaned(&[&both, &third])[1], "The end of it is near, they say.");
    // what stays only because it is introduced introduces what follows
    let next = "The mayor spoke to the people of the town for an hour. This is what she promised them all:";
    let story = format!("A first paragraph of the other story begins here:\n\n{next}\n\n{list}");
    assert_eq!(cleaned(&[list, next, &story])[2], story);
    // and so do sentences of one paragraph
    let sentences = format!("He wrote to all of them in the morning:\n{FAIR}\nNobody had told him so before that day.");
    let texts = [FAIR, &format!("Some other words.\n\n{sentences}")];
    assert_eq!(cleaned(&texts)[1], texts[1]);
}

/// Paragraphs of one fold, of which the first has lost a sentence, and the second is one sentence. Found by the fuzz target
/// `detector`: a shingle that only they have was taken for one that a single unit has.
#[test]
fn equal_paragraphs_are_cut_into_different_sentences() {
    let text = "дождь rain 。⁻дождь \n\nThe house is old.\n\nдождь rain ⁻дождь";
    let detector = Detector::builder()
        .measure(Measure::Edit)
        .threshold(0.5)
        .level(Level::Boilerplate)
        .min_tokens(1)
        .build()
        .unwrap();
    let detection = detector.detect([text]);
    let removed: Vec<&str> = detection.repeats().map(|r| &text[r.removed.span.range()]).collect();
    assert_eq!(removed, ["дождь rain ⁻дождь"]);
}

#[test]
fn no_paragraph_is_cut_down_to_a_stub() {
    let other = "Two hundred people of the town had asked for it in a letter.";
    let after = |begin: &str| format!("A first paragraph of the other story begins here.\n\n{begin} {FAIR} {other}");
    let stub = after("See below.");
    assert_eq!(cleaned(&[FAIR, other, &stub])[2], stub);
    let more = after("See what follows here.");
    assert!(!cleaned(&[FAIR, other, &more])[2].contains("budget"));
}

#[test]
fn no_cut_leaves_the_rest_of_a_sentence() {
    let family = "and many of their families came to the town with them on foot.";
    let other =
        format!("It was late when he arrived from the U.S. {family} Then the doors were closed to all of them.");
    let first = format!("Nearly 1,600 people had come from the U.S. {family} Then it rained until the next morning.");
    let cleaned = cleaned(&[&first, &other]);
    assert!(cleaned[1].contains(family), "{}", cleaned[1]);
}

#[test]
fn lines_that_were_broken_to_be_short_are_one_paragraph() {
    let told = "The minister said on Tuesday that the reform of the pension system would be discussed in Berlin and in Paris \
        before the summer, and that nobody should expect more than a first draft of it before the holidays begin. He said \
        that he would not stand in the way of it.";
    let mut wrapped = String::new();
    let mut width = 0;
    for word in told.split(' ') {
        if width + word.len() > 66 {
            wrapped.push('\n');
            width = 0;
        } else if width > 0 {
            wrapped.push(' ');
        }
        wrapped.push_str(word);
        width += word.len() + 1;
    }
    assert_eq!(cleaned(&[told, &wrapped])[1], "");
}

#[test]
fn a_number_in_full_width_is_not_cut() {
    let texts = [
        "去年消費者物価指数は前の年の同じ月に比べて全体で２．３ポイント上昇したと総務省が金曜日の朝に発表した。",
        "今年消費者物価指数は前の年の同じ月に比べて全体で２．８ポイント上昇したと総務省が金曜日の朝に発表した。",
    ];
    let cleaned = cleaned(&texts);
    assert!(
        cleaned[1].is_empty() || cleaned[1].contains("２．８ポイント"),
        "{}",
        cleaned[1]
    );
    assert!(!cleaned[1].is_empty(), "another number stays");
}
