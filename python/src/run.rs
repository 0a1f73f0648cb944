//! A session that is decided while Python's own lock is released, and what goes in favour of what.

use crate::articles::Articles;
use crate::errors::IntoPyErr;
use pyo3::prelude::*;
use rayon::prelude::*;
use redite::index::{Addition, Snapshot, Source};
use redite::model::Chars;
use redite::{ArticleId, Detections, Progress, Repeat, Session, Unit};
use std::collections::HashMap;
use std::ops::Range;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// How often signals are looked for, and a callback is called.
const PERIOD: Duration = Duration::from_millis(100);

/// Bytes of text that are pushed at a time.
const PUSHED: usize = 16 << 20;

/// Pushes articles, which get numbers in a row.
pub(crate) fn push(py: Python<'_>, session: &mut Session, articles: &impl Articles) -> PyResult<()> {
    let mut next = 0;
    while next < articles.count() {
        py.detach(|| {
            let (mut some, mut bytes) = (Vec::new(), 0);
            while next < articles.count() && bytes < PUSHED {
                let article = articles.article(next);
                bytes += 64 + article.texts.iter().map(|text| text.len()).sum::<usize>();
                some.push(article);
                next += 1;
            }
            session.push_all(&some)
        })
        .map_err(IntoPyErr::into_py)?;
        py.check_signals()?;
    }
    Ok(())
}

/// Unwinds the threads of a run that is given up.
struct GivenUp;

/// Does long work on another thread, with Python's lock released; meanwhile signals are looked for, and `progress` is called with the stage
/// and the share of the work that is done. If one of these raises, the work is given up.
pub(crate) fn observed<T: Send, E: IntoPyErr + Send>(
    py: Python<'_>,
    progress: Option<&Py<PyAny>>,
    work: impl FnOnce(&(dyn Fn(Progress) + Sync)) -> Result<T, E> + Send,
) -> PyResult<T> {
    let is_given_up = AtomicBool::new(false);
    let mut raised = None;
    let done = py.detach(|| {
        thread::scope(|scope| {
            let (to, from) = mpsc::channel();
            let is_given_up = &is_given_up;
            let work = scope.spawn(move || {
                let observe = move |progress: Progress| {
                    if is_given_up.load(Ordering::Relaxed) {
                        panic::resume_unwind(Box::new(GivenUp));
                    }
                    // Nobody listens only once the work is done.
                    let _ = to.send(progress);
                };
                panic::catch_unwind(AssertUnwindSafe(|| work(&observe)))
            });
            let (mut last, mut told) = (None, Instant::now());
            loop {
                match from.recv_timeout(PERIOD) {
                    Ok(progress) => last = Some(progress),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => break,
                }
                if raised.is_some() || told.elapsed() < PERIOD {
                    continue;
                }
                told = Instant::now();
                if let Err(error) = Python::attach(|py| look(py, progress, last.take())) {
                    raised = Some(error);
                    is_given_up.store(true, Ordering::Relaxed);
                }
            }
            work.join()
        })
    });
    match (done, raised) {
        (_, Some(error)) => Err(error),
        (Ok(Ok(done)), None) => done.map_err(IntoPyErr::into_py),
        (Ok(Err(panicked)) | Err(panicked), None) => panic::resume_unwind(panicked),
    }
}

/// Raises what a signal, or the callback, raises.
fn look(py: Python<'_>, progress: Option<&Py<PyAny>>, last: Option<Progress>) -> PyResult<()> {
    py.check_signals()?;
    if let (Some(callback), Some(Progress { stage, share })) = (progress, last) {
        callback.call1(py, (stage.to_string(), share))?;
    }
    Ok(())
}

/// Decides.
pub(crate) fn finish(py: Python<'_>, session: Session, progress: Option<&Py<PyAny>>) -> PyResult<Detections> {
    observed(py, progress, |observe| session.finish_observed(observe))
}

/// The same, with what the session adds to an index.
pub(crate) fn finish_with_addition(
    py: Python<'_>,
    session: Session,
    progress: Option<&Py<PyAny>>,
) -> PyResult<(Detections, Addition)> {
    observed(py, progress, |observe| session.finish_with_addition(observe))
}

/// A text that is kept, which something repeats.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Known {
    /// Of these articles.
    Here { article: usize, nth: usize },
    /// Of an earlier run: its identity, where it stands, its field and the text.
    Earlier {
        id: Option<String>,
        source: String,
        field: String,
        text: String,
    },
}

/// What was removed from a text.
#[derive(Clone, Debug)]
pub(crate) struct Removal {
    /// Which of the texts that its article has.
    pub(crate) nth: usize,
    /// What was taken out, in bytes and in characters.
    pub(crate) bytes: [u32; 2],
    pub(crate) chars: [u32; 2],
    pub(crate) repeat: Repeat,
    pub(crate) lost: Vec<String>,
    pub(crate) kept: Known,
}

/// What has become of an article.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    /// Its texts, where they are others than before.
    pub(crate) cleaned: Vec<Option<String>>,
    pub(crate) removed: Vec<Removal>,
}

/// What has become of all articles, which begin with number `first`, as those of an index come before.
pub(crate) fn outcomes(
    py: Python<'_>,
    detections: &Detections,
    articles: &impl Articles,
    (first, snapshot): (u32, Option<&Snapshot>),
) -> PyResult<Vec<Outcome>> {
    let mut out = Vec::with_capacity(articles.count());
    let read = |article: ArticleId| match snapshot {
        Some(snapshot) => snapshot.source(article).map_err(IntoPyErr::into_py),
        None => Ok(None),
    };
    let earlier = Earlier::new(&read);
    while out.len() < articles.count() {
        let next = out.len();
        let some: PyResult<Vec<Outcome>> = py.detach(|| {
            let number = ArticleId(first + narrow(next));
            let block = detections.block_of(number).map_err(IntoPyErr::into_py)?;
            let end = (block.first_article().0 - first + block.articles()) as usize;
            let end = end.clamp(next + 1, articles.count().max(next + 1)).min(next + AT_ONCE);
            outcomes_of(&block, articles, next..end, first, &earlier)
        });
        out.extend(some?);
        py.check_signals()?;
    }
    Ok(out)
}

/// Articles whose outcomes are told at once.
const AT_ONCE: usize = 1 << 16;

/// What has become of some articles, all of them of one block.
pub(crate) fn outcomes_of(
    block: &redite::Detection,
    articles: &impl Articles,
    some: Range<usize>,
    first: u32,
    earlier: &Earlier<'_>,
) -> PyResult<Vec<Outcome>> {
    some.into_par_iter()
        .map(|article| outcome(block, articles, article, first, earlier))
        .collect()
}

/// Reads an article of an earlier run.
type ReadSource<'s> = dyn Fn(ArticleId) -> PyResult<Option<Source<'static>>> + Sync + 's;

/// Texts of earlier runs that were asked for.
pub(crate) struct Earlier<'s> {
    read: &'s ReadSource<'s>,
    texts: Mutex<HashMap<Unit, Known>>,
}

impl<'s> Earlier<'s> {
    pub(crate) fn new(read: &'s ReadSource<'s>) -> Self {
        Self {
            read,
            texts: Mutex::default(),
        }
    }
}

fn outcome(
    block: &redite::Detection,
    articles: &impl Articles,
    article: usize,
    first: u32,
    earlier: &Earlier<'_>,
) -> PyResult<Outcome> {
    let number = ArticleId(first + narrow(article));
    let texts = articles.texts(article);
    let mut out = Outcome {
        cleaned: vec![None; texts.len()],
        removed: Vec::new(),
    };
    if block.repeats_in(number).next().is_none() {
        return Ok(out);
    }
    for (nth, (_, text)) in texts.iter().enumerate() {
        let changed = |error: redite::OtherText| crate::errors::wrong(error.to_string());
        let cuts = block.cuts(number, narrow16(nth), text).map_err(changed)?;
        if cuts.is_empty() {
            continue;
        }
        let (mut cleaned, mut at) = (String::with_capacity(text.len()), 0);
        let mut chars = Chars::new(text);
        for cut in &cuts {
            let range = cut.span.range();
            cleaned.push_str(&text[at..range.start]);
            at = range.end;
            let (kept, lost) = match cut.repeat.kept.article.0.checked_sub(first) {
                Some(article) => {
                    let (article, nth) = (article as usize, usize::from(cut.repeat.kept.field));
                    let texts = articles.texts(article);
                    let kept = texts
                        .get(nth)
                        .and_then(|(_, text)| text.get(cut.repeat.kept.span.range()));
                    let lost = cut.repeat.lost(text, kept.unwrap_or_default());
                    (Known::Here { article, nth }, lost)
                }
                None => {
                    let kept = earlier.of(&cut.repeat.kept)?;
                    let is = if let Known::Earlier { text, .. } = &kept {
                        text
                    } else {
                        ""
                    };
                    let lost = cut.repeat.lost(text, is);
                    (kept, lost)
                }
            };
            out.removed.push(Removal {
                nth,
                bytes: [cut.span.start, cut.span.end],
                chars: [chars.before(cut.span.start), chars.before(cut.span.end)],
                repeat: cut.repeat,
                lost,
                kept,
            });
        }
        cleaned.push_str(&text[at..]);
        out.cleaned[nth] = Some(cleaned);
    }
    Ok(out)
}

impl Earlier<'_> {
    /// A unit of the index.
    fn of(&self, unit: &Unit) -> PyResult<Known> {
        let mut texts = self.texts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(known) = texts.get(unit) {
            return Ok(known.clone());
        }
        let source = (self.read)(unit.article)?;
        let source = source.unwrap_or_default();
        let of_field = source.texts.get(usize::from(unit.field));
        let (field, text) = of_field.map_or(("", ""), |(field, text)| (&**field, &**text));
        let known = Known::Earlier {
            field: field.to_owned(),
            text: text.get(unit.span.range()).unwrap_or_default().to_owned(),
            id: source.id.as_deref().map(str::to_owned),
            source: source.place.into_owned(),
        };
        texts.insert(*unit, known.clone());
        Ok(known)
    }
}

/// There are no more than 2^32 articles, and texts are shorter than 2^32 bytes.
pub(crate) fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn narrow16(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}
