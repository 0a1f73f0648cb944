//! What a store holds, and how much.

use super::*;
use crate::article::Article;
use crate::settings::DetectorBuilder;

fn pushed(articles: &[Article<'_>]) -> Store {
    let detector = DetectorBuilder::default().build().unwrap();
    let mut store = Store::default();
    let mut scratch = FoldScratch::default();
    for article in articles {
        store.push(article, detector.settings(), &mut scratch).unwrap();
    }
    store
}

/// Every unit of a store, with all that is known of it.
fn units(store: &Store) -> Vec<(Unit, u32, &str, Vec<u32>)> {
    let unit = |entry: Entry, kind| {
        let (text, tokens) = (store.text(&entry.fold), store.tokens(&entry.fold));
        assert_eq!(text.split(' ').filter(|t| !t.is_empty()).count(), tokens.len());
        (store.unit(&entry, kind), entry.weight, text, tokens.to_vec())
    };
    let paragraphs = (0..narrow(store.paragraphs.len())).map(|i| unit(store.paragraph(i).entry, UnitKind::Paragraph));
    let sentences = (0..narrow(store.sentences.len())).map(|i| unit(store.sentence(i), UnitKind::Sentence));
    let parts = (0..narrow(store.parts.len())).map(|i| unit(store.part(i), UnitKind::Sentence));
    paragraphs.chain(sentences).chain(parts).collect()
}

fn articles() -> Vec<Article<'static>> {
    vec![
        Article::new(""),
        Article::new("… — !\n\n?").with_text("…"),
        Article::new("A title")
            .with_text("")
            .with_text("Mr. A came in 2017. Dr. B e.g. left.\n\n… Then 中文。 ok"),
        Article::default(),
        Article::new("…").with_rank(Rank::Number(2.0)),
        Article::new("Last no. 5 of it, p. 7. Ends"),
    ]
}

#[test]
fn a_unit_is_the_fold_of_its_span() {
    let articles = articles();
    let store = pushed(&articles);
    let units = units(&store);
    assert!(units.len() > store.parts.len() && store.parts.len() > 4);
    for (unit, weight, text, tokens) in units {
        let source = &articles[unit.article.0 as usize].texts[usize::from(unit.field)];
        let fold = crate::fold::fold(&source[unit.span.range()]);
        assert_eq!((text, weight), (fold.as_str(), fold.weight()), "{unit:?}");
        assert_eq!(tokens, fold.hashes());
    }
    assert_eq!(store.rank(4), Some(&Rank::Number(2.0)));
    assert_eq!(store.rank(3), None);
}

#[test]
fn appending_and_forgetting_is_as_pushing() {
    let articles = articles();
    let whole = pushed(&articles);
    for middle in 0..=articles.len() {
        for end in middle..=articles.len() {
            let mut store = pushed(&articles[..middle]);
            store.append(pushed(&articles[middle..end])).unwrap();
            store.append(pushed(&articles[end..])).unwrap();
            assert_eq!(units(&store), units(&whole));
            assert_eq!(store.tokens.as_str(), whole.tokens.as_str());
            assert_eq!((store.rank(4), store.text_bytes), (whole.rank(4), whole.text_bytes));
            store.truncate(narrow(middle));
            let first = pushed(&articles[..middle]);
            assert_eq!(units(&store), units(&first));
            assert_eq!((store.rank(4), store.text_bytes), (first.rank(4), first.text_bytes));
        }
    }
}

#[test]
fn some_articles_in_a_store_of_their_own_are_as_pushed() {
    let articles = articles();
    let whole = pushed(&articles);
    for chosen in 0_u32..1 << articles.len() {
        let places: Vec<u32> = (0..narrow(articles.len()))
            .filter(|place| chosen >> place & 1 == 1)
            .collect();
        let some = whole.some(&places);
        let alone: Vec<Article<'_>> = places.iter().map(|&place| articles[place as usize].clone()).collect();
        let expected = pushed(&alone);
        assert_eq!(units(&some), units(&expected));
        assert_eq!(
            (some.tokens.as_str(), some.text_bytes),
            (expected.tokens.as_str(), expected.text_bytes)
        );
        for place in 0..narrow(places.len()) {
            assert_eq!(
                (some.rank(place), some.facts(place)),
                (expected.rank(place), expected.facts(place))
            );
            assert_eq!(some.first_units(place), expected.first_units(place));
        }
    }
}

#[test]
fn offsets_beyond_4_gib_are_found_again() {
    let mut store = Store::default();
    let marks = [0, 7, 1 << 32, (1 << 32) + 5, (3 << 32) - 1, 5 << 32].map(|n: u64| Mark {
        text: n,
        tokens: n / 2,
        weight: 0,
    });
    for mark in marks {
        store.push_row(Span::default(), mark, Edges::default().packed());
    }
    for (i, mark) in marks.into_iter().enumerate() {
        assert_eq!((store.before(i).text, store.before(i).tokens), (mark.text, mark.tokens));
    }
}

/// As many articles, texts and units as 32 bits can count; more was counted as the highest number.
#[test]
fn what_cannot_be_numbered_is_an_error_and_changes_nothing() {
    let articles = articles();
    let whole = pushed(&articles);
    let detector = DetectorBuilder::default().build().unwrap();
    let unlimited = Limits::default();
    let counts = (narrow(articles.len()), narrow(whole.texts.len()), narrow(whole.units()));
    let exact = Limits {
        articles: counts.0,
        texts: counts.1,
        units: counts.2,
        ..unlimited
    };
    let fill = |limits: Limits, one_by_one: bool| {
        let mut store = Store::default().limited_to(limits);
        let mut scratch = FoldScratch::default();
        let errors: Vec<CapacityError> = articles
            .iter()
            .filter_map(|article| {
                let before = (units(&store).len(), store.records.len(), store.text_bytes);
                let done = if one_by_one {
                    store.push(article, detector.settings(), &mut scratch)
                } else {
                    store.append(pushed(std::slice::from_ref(article)))
                };
                if done.is_err() {
                    assert_eq!((units(&store).len(), store.records.len(), store.text_bytes), before);
                }
                done.err()
            })
            .collect();
        (store, errors)
    };
    for one_by_one in [true, false] {
        let (store, errors) = fill(exact, one_by_one);
        assert_eq!(errors, []);
        assert_eq!(units(&store), units(&whole));
        let (_, errors) = fill(
            Limits {
                articles: counts.0 - 2,
                ..exact
            },
            one_by_one,
        );
        assert_eq!(errors, [CapacityError::articles(), CapacityError::articles()]);
        let (store, errors) = fill(
            Limits {
                texts: counts.1 - 1,
                ..exact
            },
            one_by_one,
        );
        assert_eq!(errors, [CapacityError::texts()]);
        let all_but_the_last = pushed(&articles[..articles.len() - 1]);
        assert_eq!(units(&store), units(&all_but_the_last));
        let (store, errors) = fill(
            Limits {
                units: counts.2 - 1,
                ..exact
            },
            one_by_one,
        );
        assert_eq!(errors, [CapacityError::units()]);
        assert_eq!(units(&store), units(&all_but_the_last));
    }
}

/// A text too long for 32-bit offsets, or whose fold is, is kept as a whole and counted: it has no units.
#[test]
fn a_text_that_is_too_long_has_no_units() {
    let detector = DetectorBuilder::default().build().unwrap();
    let short = "A short one. With two.";
    let long = "A long text of some words.\n\nAnd of several paragraphs.\n\nThe last of them.";
    // one character that folds to four words
    let wide = "\u{fdfa}\u{fdfa} \u{fdfa}";
    let article = Article::new(short).with_text(long).with_text(wide).with_text(short);
    let limits = Limits {
        text: 40,
        fold: 60,
        ..Limits::default()
    };
    for fold in [60, usize::MAX] {
        let mut store = Store::default().limited_to(Limits { fold, ..limits });
        store
            .push(&article, detector.settings(), &mut FoldScratch::default())
            .unwrap();
        let fields: Vec<u16> = units(&store).iter().map(|unit| unit.0.field).collect();
        let wide_units = usize::from(fold > 60) * 2;
        assert_eq!(fields.iter().filter(|&&field| field == 0 || field == 3).count(), 6);
        assert_eq!(fields.iter().filter(|&&field| field == 2).count(), wide_units);
        assert_eq!(fields.len(), 6 + wide_units);
        assert_eq!(store.unread(), if fold > 60 { 1 } else { 2 });
        assert_eq!(
            store.text_bytes,
            article.texts.iter().map(|text| text.len() as u64).sum::<u64>()
        );
        let mut twice = Store::default();
        twice.append(pushed(std::slice::from_ref(&article))).unwrap();
        let unread = store.unread();
        twice.append(store).unwrap();
        assert_eq!(twice.unread(), unread);
        twice.truncate(1);
        assert_eq!(twice.unread(), 0);
    }
}
