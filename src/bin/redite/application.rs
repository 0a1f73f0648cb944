//! Takes out of the inputs what is chosen of their marks.

use crate::args::CleanedArgs;
use crate::choice::{Choice, Chosen};
use crate::corpus::{field_name, place};
use crate::marked::{Lines, Marked, Marks};
use crate::outputs::Places;
use crate::writing::Writing;
use anyhow::{Result, anyhow, bail};
use redite::files::marks::{ArticleMarks, KeptMark};
use redite::files::removed::{FileFormat, KeptUnit, RemovedUnit};
use redite::files::{Edit, FieldText, Format, Id, ReadOptions, Record, Rewriter, Source, Transaction};
use redite::fold::fold;
use redite::model::Chars;
use redite::{Span, removal_spans};
use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// What is applied, and to what.
#[derive(Debug)]
pub(crate) struct Application<'a> {
    pub(crate) marks: &'a Marks,
    pub(crate) marked: &'a Marked,
    pub(crate) choice: &'a Choice,
    /// The inputs, in the order of their marks.
    pub(crate) sources: &'a [Source],
    pub(crate) options: &'a ReadOptions,
    pub(crate) places: &'a Places,
    pub(crate) args: &'a CleanedArgs,
    /// The choice, as it was asked for.
    pub(crate) described: Option<serde_json::Value>,
}

impl Application<'_> {
    /// Writes all files, of which none has its name before the transaction is committed. `done` is told of each input. Gives how many
    /// records were left out.
    pub(crate) fn write(&self, transaction: &Transaction, mut done: impl FnMut(&Source)) -> Result<u64> {
        let Self {
            marked,
            options,
            sources,
            ..
        } = self;
        let described = || {
            let mut settings = marked.header.settings.clone();
            settings.extend(self.described.clone().map(|choice| ("choice".to_owned(), choice)));
            settings
        };
        let writing = Writing::begin(self.args, self.places, transaction, options, sources, described)?;
        let mut lines = Lines::open(self.marks)?;
        let mut dropped = 0;
        for (source, trailer) in sources.iter().zip(&marked.trailers) {
            let original = if trailer.format == FileFormat::Other {
                writing.copy(source)?
            } else {
                let mut applier = Applier {
                    all: self,
                    source,
                    lines: Mutex::new(&mut lines),
                    ahead: VecDeque::new(),
                    failed: None,
                    writing: &writing,
                    dropped: &mut dropped,
                };
                let original = writing.file(source, &mut applier)?;
                if let Some(error) = applier.failed {
                    return Err(error);
                }
                original
            };
            if original != trailer.original || !lines.ends(trailer)? {
                bail!(self.marks.changed(source));
            }
            done(source);
        }
        writing.finish()?;
        Ok(dropped)
    }
}

/// The line or row of a record, by its place.
fn number(source: &str) -> Option<u64> {
    source.rsplit_once(':')?.1.parse().ok()
}

/// The marks of an article, and what of them goes.
type Choosing = (Box<ArticleMarks>, Chosen);

/// Removes what was marked in one file.
struct Applier<'a> {
    all: &'a Application<'a>,
    source: &'a Source,
    /// Read from one thread only; the lock is what lets the others see the rest.
    lines: Mutex<&'a mut Lines>,
    /// Articles of lines that were asked for.
    ahead: VecDeque<Choosing>,
    /// What went wrong where nothing could be said.
    failed: Option<anyhow::Error>,
    writing: &'a Writing<'a>,
    dropped: &'a mut u64,
}

impl Applier<'_> {
    fn lines(&mut self) -> &mut Lines {
        self.lines.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    /// The marks of the next article, and what of them goes.
    fn next(&mut self) -> Result<Option<Choosing>> {
        let article = self.lines().take()?;
        Ok(article.map(|article| {
            let chosen = self.all.choice.of_article(&article);
            (article, chosen)
        }))
    }

    fn changed(&self) -> anyhow::Error {
        anyhow!(self.all.marks.changed(self.source))
    }
}

/// What went from one record.
#[derive(Default)]
struct Gone {
    units: u64,
    lines: Vec<u8>,
    dropped: bool,
}

/// Something that goes.
struct Going<'m> {
    span: Span,
    unit: &'m str,
    rule: &'m str,
    similarity: f64,
    lost: Cow<'m, [String]>,
    reprint: bool,
    kept: Option<&'m KeptMark>,
}

/// What goes of one text, in order; nothing if it is not the text that was marked.
fn going<'m>((article, chosen): &'m Choosing, field: &str, text: &str) -> Option<Vec<Going<'m>>> {
    let span = |[start, end]: [u32; 2]| Span::new(start, end);
    let units = chosen.units.iter().map(|&at| &article.units[at]);
    let mut going: Vec<Going<'_>> = units
        .filter(|unit| unit.field == field)
        .map(|unit| Going {
            span: span(unit.bytes),
            unit: &unit.unit,
            rule: &unit.rule,
            similarity: unit.similarity,
            lost: Cow::Borrowed(&unit.lost),
            reprint: unit.reprint,
            kept: Some(&unit.kept),
        })
        .collect();
    let leaders = chosen.leaders.iter().map(|&at| &article.leaders[at]);
    going.extend(leaders.filter(|leader| leader.field == field).map(|leader| Going {
        span: span(leader.bytes),
        unit: &leader.unit,
        rule: "frequent",
        similarity: 1.0,
        lost: Cow::Borrowed(&[]),
        reprint: false,
        kept: None,
    }));
    let bridges = chosen.bridges.iter().map(|places| places.map(|at| &article.units[at]));
    for [before, after] in bridges.filter(|[before, _]| before.field == field) {
        let [start, end] = [before.bytes[1], after.bytes[0]];
        let between = text.get(start as usize..end as usize)?;
        let said = between.trim();
        if said.is_empty() {
            continue;
        }
        let from = start + u32::try_from(between.len() - between.trim_start().len()).ok()?;
        going.push(Going {
            span: Span::new(from, from + u32::try_from(said.len()).ok()?),
            unit: "span",
            rule: "bridge",
            similarity: 0.0,
            lost: fold(said).as_str().split_whitespace().map(str::to_owned).collect(),
            reprint: false,
            kept: Some(&before.kept),
        });
    }
    going.sort_by_key(|going| going.span.start);
    Some(going)
}

impl Rewriter for Applier<'_> {
    type Error = anyhow::Error;
    type Seen = Choosing;
    type Told = Gone;

    /// Only lines of which something goes are read.
    fn asks(&mut self, line: u64) -> bool {
        let is_next = |article: &ArticleMarks| number(&article.source) == Some(line);
        if self.failed.is_some() || !self.lines().article().is_some_and(is_next) {
            return false;
        }
        match self.next() {
            Ok(Some(choosing)) if !choosing.1.is_nothing() => {
                self.ahead.push_back(choosing);
                true
            }
            Ok(_) => false,
            Err(error) => {
                self.failed = Some(error);
                false
            }
        }
    }

    fn see(&mut self, record: &Record<'_>) -> Result<Self::Seen> {
        let choosing = match self.source.format() {
            Format::Jsonl => self.ahead.pop_front(),
            _ => self.next()?,
        };
        let is_its = |(article, _): &Choosing| {
            self.source.format() == Format::Text || number(&article.source) == Some(record.place.line_or_row)
        };
        choosing.filter(is_its).ok_or_else(|| self.changed())
    }

    fn edit(&self, record: &Record<'_>, choosing: &Self::Seen) -> Result<(Edit, Gone)> {
        let Ok(fields) = record.outcome else {
            return Err(self.changed());
        };
        let (article, chosen) = choosing;
        let mut gone = Gone::default();
        let mut cuts: Vec<Vec<Span>> = Vec::with_capacity(fields.texts.len());
        let mut bridges = 0;
        let place = place(self.source, record.place);
        // As it was read when it was marked, from whatever field.
        let id = Id::of_raw(article.article.get());
        for (i, text) in fields.texts.iter().enumerate() {
            let name = field_name(self.source, self.all.options, fields, i);
            let going = going(choosing, name, &text.text).ok_or_else(|| self.changed())?;
            let spans: Vec<Span> = going.iter().map(|going| going.span).collect();
            let spans = removal_spans(&text.text, &spans).ok_or_else(|| self.changed())?;
            gone.units += going.len() as u64;
            bridges += going.iter().filter(|going| going.rule == "bridge").count();
            if self.writing.tells() && !going.is_empty() {
                self.tell(record, text, (&id, &place, name), &going, &spans, &mut gone.lines)?;
            }
            cuts.push(spans);
        }
        if gone.units - bridges as u64 != (chosen.units.len() + chosen.leaders.len()) as u64 {
            return Err(self.changed());
        }
        if gone.units == 0 {
            return Ok((Edit::Keep, gone));
        }
        let edit;
        (edit, gone.dropped) = (self.writing).cut(self.source, record, &cuts, (Some(&id), &place), &mut gone.lines)?;
        Ok((edit, gone))
    }

    fn settle(&mut self, gone: Gone) -> Result<()> {
        *self.dropped += u64::from(gone.dropped);
        self.writing.record(&gone.lines, gone.units, gone.dropped)
    }
}

impl Applier<'_> {
    /// Writes lines for the file of removed units.
    fn tell(
        &self,
        record: &Record<'_>,
        text: &FieldText,
        (id, place, name): (&Id, &str, &str),
        going: &[Going<'_>],
        spans: &[Span],
        lines: &mut Vec<u8>,
    ) -> Result<()> {
        let spellings = record.spellings(text, spans).ok_or_else(|| self.changed())?;
        let mut chars = Chars::new(&text.text);
        for ((going, span), raw) in going.iter().zip(spans).zip(spellings) {
            let kept_id = going.kept.map(|kept| Id::of_raw(kept.article.get()));
            let told = RemovedUnit {
                article: Some(id),
                source: place,
                field: name,
                unit: going.unit,
                bytes: [span.start, span.end],
                chars: [chars.before(span.start), chars.before(span.end)],
                text: raw,
                rule: going.rule,
                measure: self.all.marked.header.measure(),
                similarity: going.similarity,
                lost: &going.lost,
                reprint: going.reprint,
                kept: going.kept.map(|kept| KeptUnit {
                    article: kept_id.as_ref(),
                    source: &kept.source,
                    field: kept.field.as_deref(),
                    bytes: kept.bytes,
                    text: &kept.text,
                }),
            };
            told.write(lines)?;
        }
        Ok(())
    }
}
