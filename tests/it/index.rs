//! An index on disk: runs that go on from one another decide what one run over all articles decides.

use crate::bounded::{corpus, notices};
use crate::support::{self, UNITS};
use proptest::prelude::*;
use redite::index::{Index, IndexError, Snapshot, Source};
use redite::join::Measure;
use redite::shingle::Lengths;
use redite::{Article, ArticleId, Detections, Detector, Keep, Level, Memory, Repeat, Scope, Span};
use std::path::Path;
use std::time::Duration;

/// What one run says of its articles.
#[derive(PartialEq, Debug, Default)]
struct Said {
    repeats: Vec<Repeat>,
    cleaned: Vec<String>,
    languages: Vec<String>,
}

impl Said {
    fn add(&mut self, detections: &Detections, first: u32, articles: &[Article<'_>]) {
        for (id, article) in (first..).map(ArticleId).zip(articles) {
            let block = detections.block_of(id).unwrap();
            self.repeats.extend(block.repeats_in(id));
            for (field, text) in (0..).zip(&article.texts) {
                self.cleaned.push(block.clean(id, field, text).unwrap());
            }
            self.languages.push(block.language(id).code().to_owned());
        }
    }
}

fn whole(detector: &Detector, articles: &[Article<'_>]) -> Said {
    let mut session = detector.session();
    session.push_all(articles).unwrap();
    let mut said = Said::default();
    said.add(&session.finish().unwrap(), 0, articles);
    said
}

fn source<'t>(id: u32, article: &'t Article<'_>) -> Source<'t> {
    let texts = (0..).zip(&article.texts);
    Source {
        id: (!id.is_multiple_of(3)).then(|| id.to_string().into()),
        place: format!("file {}:{id}", id / 7).into(),
        time: (id % 5 > 1).then(|| 1000 - i64::from(id)),
        texts: texts
            .map(|(n, text)| (format!("field {n}").into(), (&**text).into()))
            .collect(),
    }
}

/// Adds a run to an index; what it says is appended.
fn run(index: &mut Index, articles: &[Article<'_>], memory: Memory, said: &mut Said) {
    let first = index.snapshot().articles();
    let mut session = index.snapshot().session(memory).unwrap();
    assert_eq!(session.next_id().0, first);
    session.push_all(articles).unwrap();
    let (detections, mut addition) = session.finish_with_addition(&|_| ()).unwrap();
    assert_eq!(detections.articles() as usize, articles.len());
    said.add(&detections, first, articles);
    for (id, article) in (first..).zip(articles) {
        addition.describe(ArticleId(id), &source(id, article)).unwrap();
    }
    index.commit(addition).unwrap();
}

/// All articles in runs that end at these places, each with so much memory; the index is opened anew before some.
fn hold(detector: &Detector, articles: &[Article<'_>], ends: &[usize], caps: &[Option<usize>]) -> usize {
    let expected = whole(detector, articles);
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("index");
    let mut index = Index::create(&folder, detector).unwrap();
    let (mut said, mut from) = (Said::default(), 0);
    for (n, &end) in ends.iter().chain([&articles.len()]).enumerate() {
        let memory = caps[n % caps.len()].map_or_else(Memory::unlimited, Memory::new);
        run(&mut index, &articles[from..end], memory, &mut said);
        from = end;
        if n % 2 == 0 {
            drop(index);
            index = Index::open(&folder).unwrap();
        }
        if n % 3 == 1 {
            index.compact().unwrap();
        }
    }
    for (found, expected) in said.repeats.iter().zip(&expected.repeats) {
        assert_eq!(found, expected, "{ends:?} {caps:?}");
    }
    assert_eq!(said, expected, "{ends:?} {caps:?}");
    Snapshot::verify(&folder).unwrap();
    // What is kept is told with its place and its text.
    let snapshot = Index::read(&folder).unwrap();
    assert_eq!(snapshot.articles() as usize, articles.len());
    for repeat in &said.repeats {
        let kept = repeat.kept;
        let article = &articles[kept.article.0 as usize];
        let found = snapshot.source(kept.article).unwrap().expect("it has leaders");
        assert_eq!(found, source(kept.article.0, article));
        let text = &found.texts[usize::from(kept.field)].1;
        assert!(text.get(kept.span.range()).is_some_and(|text| !text.trim().is_empty()));
    }
    assert_eq!(snapshot.source(ArticleId(snapshot.articles())).unwrap(), None);
    for article in articles.iter().step_by(41) {
        repeats_of(&snapshot, article);
    }
    said.repeats.len()
}

#[test]
fn runs_decide_what_one_run_decides() {
    let (real, forms) = (corpus(2), notices(300));
    let mut total = 0;
    for units in UNITS {
        for within in [None, Some(Duration::from_secs(5))] {
            let detector = Detector::builder().units(units).within(within).build().unwrap();
            let mut random = support::random(5);
            let origins: Vec<redite::Origin> = (0..97)
                .map(|_| redite::Origin {
                    group: None,
                    time: (random(9) > 0).then(|| i64::try_from(random(40)).unwrap()),
                })
                .collect();
            let (real, forms) = (
                support::from(real.clone(), &origins),
                support::from(forms.clone(), &origins),
            );
            total += hold(&detector, &real, &[real.len() / 3, real.len() / 2], &[None]);
            total += hold(&detector, &forms, &[1, 2, 2, 50, 299], &[Some(50_000), None]);
        }
    }
    let three = Lengths::new(&[3]).unwrap();
    for (measure, threshold) in [
        (Measure::default(), 0.3),
        (Measure::Jaccard(three), 0.5),
        (Measure::Containment(Lengths::ONE_AND_TWO), 0.7),
        (Measure::Edit, 0.8),
        (Measure::default(), 1.0),
    ] {
        for (level, min_tokens) in [(Level::Editor, 1), (Level::Exact, 5), (Level::Boilerplate, 12)] {
            let builder = Detector::builder().measure(measure).threshold(threshold);
            let detector = builder.level(level).min_tokens(min_tokens).build().unwrap();
            total += hold(&detector, &real[..150.min(real.len())], &[20], &[None, Some(100_000)]);
            total += hold(&detector, &forms, &[3, 150], &[Some(50_000)]);
        }
    }
    assert!(total > 5000, "{total}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn reprints_are_told_across_runs(
        articles in support::reprints(),
        ends in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        caps in prop::collection::vec(prop::option::of(0_usize..8000), 1..3),
    ) {
        let mut ends: Vec<usize> = ends.iter().map(|end| end.index(articles.len() + 1)).collect();
        ends.sort_unstable();
        hold(&Detector::new(), &articles, &ends, &caps);
    }

    #[test]
    fn random_texts_are_decided_the_same_in_runs(
        texts in prop::collection::vec("([a-d]{1,2} |[1-3] |aa bb cc dd ab ba |cd dc da ad ac |[.;:] |\n\n|天地人東西 ){0,40}", 1..14),
        ends in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        caps in prop::collection::vec(prop::option::of(0_usize..8000), 1..3),
        min_tokens in 1_u32..6,
        level in prop::sample::select(&[Level::Exact, Level::Editor, Level::Boilerplate][..]),
    ) {
        let articles: Vec<Article<'_>> = texts.into_iter().map(Article::new).collect();
        let mut ends: Vec<usize> = ends.iter().map(|end| end.index(articles.len() + 1)).collect();
        ends.sort_unstable();
        let detector = Detector::builder().min_tokens(min_tokens).level(level).build().unwrap();
        hold(&detector, &articles, &ends, &caps);
    }
}

fn index_of(folder: &Path, texts: &[&str]) -> Index {
    let mut index = Index::create(folder, &Detector::new()).unwrap();
    for text in texts {
        run(
            &mut index,
            &[Article::new(*text)],
            Memory::unlimited(),
            &mut Said::default(),
        );
    }
    index
}

const STORM: &str = "The storm tore the roof off the school. Nobody was hurt by it.";
const RIVER: &str = "The river rose by two feet in the night, and the bridge was closed.";

fn repeats(snapshot: &Snapshot, text: &str) -> Vec<Repeat> {
    repeats_of(snapshot, &text.into())
}

/// What an article repeats, in a session of its own and by a query.
fn repeats_of(snapshot: &Snapshot, article: &Article<'_>) -> Vec<Repeat> {
    let mut session = snapshot.session(Memory::unlimited()).unwrap();
    let id = session.push(article).unwrap();
    let detections = session.finish().unwrap();
    let repeats = detections.block_of(id).unwrap().repeats_in(id).collect();
    assert_eq!(snapshot.query(article).unwrap(), repeats);
    repeats
}

/// Who reads sees the commit that was opened, and nothing of what follows.
#[test]
fn a_snapshot_stays_what_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = index_of(folder.path(), &[STORM]);
    let before = index.snapshot();
    let read = Index::read(folder.path()).unwrap();
    run(
        &mut index,
        &[Article::new(RIVER)],
        Memory::unlimited(),
        &mut Said::default(),
    );
    for old in [&before, &read] {
        assert_eq!(
            (old.articles(), repeats(old, RIVER).len(), repeats(old, STORM).len()),
            (1, 0, 1)
        );
    }
    let found = repeats(&index.snapshot(), RIVER);
    assert_eq!(
        (found[0].kept.article, found[0].kept.span),
        (ArticleId(1), Span::new(0, 67))
    );
    // the files that these read are removed
    let later = index.snapshot();
    assert_eq!(index.compact().unwrap(), 2);
    assert_eq!(index.retain_articles(|_| true, |_| false).unwrap(), 2);
    assert_eq!(index.snapshot().articles(), 0);
    for old in [&before, &read] {
        assert_eq!((repeats(old, RIVER).len(), repeats(old, STORM).len()), (0, 1));
    }
    assert_eq!((repeats(&later, RIVER).len(), repeats(&later, STORM).len()), (1, 1));
}

/// Nothing is compared with what is replaced: before and after the commit, opened anew and compacted.
#[test]
fn articles_replace_others() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = Index::create(folder.path(), &Detector::new()).unwrap();
    let all: Vec<Article<'_>> = notices(30).into_iter().chain(corpus(2)).chain(notices(30)).collect();
    let count = u32::try_from(all.len()).unwrap() / 3 * 2;
    let (old, new) = all.split_at(count as usize);
    run(&mut index, old, Memory::unlimited(), &mut Said::default());
    let before = index.snapshot();
    let replaced: Vec<ArticleId> = (0..count).step_by(2).map(ArticleId).collect();
    let mut session = before.session(Memory::unlimited()).unwrap();
    session.push_all(new).unwrap();
    session.replace(&replaced);
    let (detections, mut addition) = session.finish_with_addition(&|_| ()).unwrap();
    for (id, article) in (count..).zip(new) {
        addition.describe(ArticleId(id), &source(id, article)).unwrap();
    }
    let mut said = Said::default();
    said.add(&detections, count, new);
    index.commit(addition).unwrap();
    assert!(said.repeats.len() > 20);
    assert!(
        said.repeats
            .iter()
            .all(|repeat| !replaced.contains(&repeat.kept.article))
    );
    let asked = |snapshot: &Snapshot| -> Vec<usize> {
        let query = |article| snapshot.query(article).unwrap();
        all.iter().map(|article| query(article).len()).collect()
    };
    let after = index.snapshot();
    let kept = all.iter().flat_map(|article| after.query(article).unwrap());
    assert!(kept.into_iter().all(|repeat| !replaced.contains(&repeat.kept.article)));
    for id in 0..after.articles() {
        let is_gone = replaced.contains(&ArticleId(id));
        assert_eq!(
            (before.is_replaced(ArticleId(id)), after.is_replaced(ArticleId(id))),
            (false, is_gone)
        );
        let has_id = id % 3 > 0 && after.source(ArticleId(id)).unwrap().is_some();
        let expected: &[ArticleId] = if has_id && !is_gone { &[ArticleId(id)] } else { &[] };
        assert_eq!(after.articles_of(&id.to_string()).unwrap(), expected);
    }
    let answers = asked(&after);
    drop(index);
    let mut index = Index::open(folder.path()).unwrap();
    assert_eq!(asked(&index.snapshot()), answers);
    index.compact().unwrap();
    assert_eq!(index.snapshot().articles(), after.articles() - count / 2);
    assert_eq!(asked(&index.snapshot()), answers);
    assert!((0..after.articles()).all(|id| !index.snapshot().is_replaced(ArticleId(id))));
    Snapshot::verify(folder.path()).unwrap();
}

/// Many ask while one adds and compacts.
#[test]
fn many_ask_while_one_writes() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = index_of(folder.path(), &[STORM]);
    let more: Vec<Article<'_>> = notices(60);
    let is_done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut asked = 0;
                while asked < 20 || !is_done.load(std::sync::atomic::Ordering::Relaxed) {
                    let snapshot = Index::read(folder.path()).unwrap();
                    assert_eq!(snapshot.query(&STORM.into()).unwrap().len(), 1);
                    asked += 1;
                }
            });
        }
        for some in more.chunks(10) {
            run(&mut index, some, Memory::unlimited(), &mut Said::default());
            index.compact().unwrap();
        }
        is_done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    assert_eq!(index.snapshot().runs().count(), 1);
}

/// A run that went on from an earlier commit than the last is refused, and so is a second writer, as long as the first one is there.
#[test]
fn one_writes_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = index_of(folder.path(), &[STORM]);
    let late = |index: &Index| {
        let mut session = index.snapshot().session(Memory::unlimited()).unwrap();
        session.push(&RIVER.into()).unwrap();
        session.finish_with_addition(&|_| ()).unwrap().1
    };
    let (first, second) = (late(&index), late(&index));
    index.commit(first).unwrap();
    let error = index.commit(second).unwrap_err().to_string();
    assert!(error.contains("was changed after this session began"), "{error}");
    assert_eq!(index.snapshot().articles(), 2);
    let error = Index::open(folder.path()).unwrap_err().to_string();
    assert!(
        error.contains(&format!("written to by process {}", std::process::id())),
        "{error}"
    );
    drop(index);
    assert_eq!(Index::open(folder.path()).unwrap().snapshot().articles(), 2);
}

#[test]
fn what_is_no_index_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let refused = |result: Result<Index, IndexError>| result.unwrap_err().to_string();
    let create = |name: &str, detector: &Detector| refused(Index::create(at(name), detector));
    for (keep, scope, why) in [
        (Keep::Longest, Scope::Corpus, "keep longest"),
        (Keep::First, Scope::Article, "scope article"),
        (Keep::First, Scope::Group, "scope group"),
    ] {
        let detector = Detector::builder().keep(keep).scope(scope).build().unwrap();
        assert!(create("a", &detector).contains(why));
    }
    assert!(!at("a").exists());
    drop(index_of(&at("b"), &[]));
    assert!(create("b", &Detector::new()).contains("is an index already"));
    std::fs::create_dir(at("c")).unwrap();
    std::fs::write(at("c/x"), "").unwrap();
    assert!(create("c", &Detector::new()).contains("is not empty"));
    assert_eq!(std::fs::read_dir(at("c")).unwrap().count(), 1, "nothing is left there");
    assert!(create("c/x", &Detector::new()).contains("cannot make it"));
    assert!(refused(Index::open(at("c"))).contains("it has no MANIFEST"));
    assert!(
        Index::read(at("d"))
            .unwrap_err()
            .to_string()
            .contains("there is no such index")
    );
}

/// A commit that fails leaves the index as it was, and the next one succeeds.
#[cfg(unix)]
#[test]
fn a_commit_that_fails_can_be_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = index_of(folder.path(), &[]);
    // where the new manifest would be written there is a folder
    let in_the_way = folder.path().join("MANIFEST.new");
    std::fs::create_dir(&in_the_way).unwrap();
    let addition = |index: &Index| {
        let mut session = index.snapshot().session(Memory::unlimited()).unwrap();
        session.push(&STORM.into()).unwrap();
        session.finish_with_addition(&|_| ()).unwrap().1
    };
    let error = index.commit(addition(&index)).unwrap_err().to_string();
    assert!(error.contains("cannot write it"), "{error}");
    assert_eq!(
        (
            index.snapshot().articles(),
            Index::read(folder.path()).unwrap().articles()
        ),
        (0, 0)
    );
    std::fs::remove_dir(&in_the_way).unwrap();
    index.commit(addition(&index)).unwrap();
    assert_eq!(repeats(&index.snapshot(), STORM).len(), 1);
    drop(index);
    assert_eq!(Index::open(folder.path()).unwrap().snapshot().articles(), 1);
    let names = std::fs::read_dir(folder.path()).unwrap();
    assert_eq!(names.count(), 4, "LOCK, MANIFEST, an order and a run");
}

/// What a writer that was killed has left goes when the next one comes, and nothing else does.
#[test]
fn what_is_left_over_goes() {
    let folder = tempfile::tempdir().unwrap();
    drop(index_of(folder.path(), &[STORM]));
    for name in ["run-000099", "order-000098", "MANIFEST.new", "notes.txt"] {
        std::fs::write(folder.path().join(name), "half").unwrap();
    }
    let index = Index::open(folder.path()).unwrap();
    let mut names: Vec<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["LOCK", "MANIFEST", "notes.txt", "order-000001", "run-000002"]);
    assert_eq!(repeats(&index.snapshot(), STORM).len(), 1);
}

/// Whatever byte changes and whatever file is cut off or missing: it is found, and nobody is given another answer.
#[test]
fn damage_is_found() {
    let folder = tempfile::tempdir().unwrap();
    drop(index_of(folder.path(), &[STORM, RIVER]));
    let answer = || -> Result<Vec<Repeat>, String> {
        let snapshot = Index::read(folder.path()).map_err(|error| error.to_string())?;
        let mut session = snapshot
            .session(Memory::unlimited())
            .map_err(|error| error.to_string())?;
        session.push(&STORM.into()).unwrap();
        let id = session.push(&RIVER.into()).unwrap();
        let detections = session.finish().map_err(|error| error.to_string())?;
        let block = detections.block_of(id).map_err(|error| error.to_string())?;
        Ok(block.repeats().collect())
    };
    let expected = answer().unwrap();
    assert_eq!(expected.len(), 2);
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name == "LOCK" {
            continue;
        }
        let whole = std::fs::read(&path).unwrap();
        // The order is tested where it is written; here it takes long to read.
        let step = if name.starts_with("order") { whole.len() / 99 } else { 1 };
        for at in (0..whole.len()).step_by(step) {
            let mut changed = whole.clone();
            changed[at] ^= 1 << (at % 8);
            std::fs::write(&path, &changed).unwrap();
            if at % 16 == 0 || step > 1 {
                assert!(Snapshot::verify(folder.path()).is_err(), "{name}, byte {at}");
            }
            match answer() {
                Ok(answer) => assert_eq!(answer, expected, "{name}, byte {at}"),
                Err(error) => assert!(error.contains(&name) || error.contains("this index"), "{error}"),
            }
        }
        for end in [0, 1, whole.len() / 2, whole.len() - 1] {
            std::fs::write(&path, &whole[..end]).unwrap();
            assert!(Snapshot::verify(folder.path()).is_err(), "{name} ends at {end}");
            assert!(answer().is_err(), "{name} ends at {end}");
        }
        std::fs::remove_file(&path).unwrap();
        assert!(answer().is_err(), "{name} is missing");
        std::fs::write(&path, &whole).unwrap();
    }
    assert_eq!(answer().unwrap(), expected);
}
