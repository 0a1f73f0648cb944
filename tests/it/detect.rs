//! The decisions of the whole pipeline.

use redite::{Detector, Reason};

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
fn two_alike_are_a_repeat_three_are_a_form() {
    let entry =
        |name: &str| format!("The port that {name} listens on by default is set in the main file of the service.");
    let count = |names: &[&str]| {
        let texts: Vec<String> = names.iter().map(|name| entry(name)).collect();
        Detector::new()
            .detect(texts.iter().map(String::as_str))
            .repeats()
            .count()
    };
    assert_eq!(count(&["apache", "nginx"]), 1);
    assert_eq!(count(&["apache", "nginx", "squid"]), 0);
    assert_eq!(
        count(&["apache", "nginx", "squid", "nginx"]),
        1,
        "what is said twice in one form"
    );
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
