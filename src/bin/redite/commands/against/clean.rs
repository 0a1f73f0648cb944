//! `redite clean --against`: writes the articles without what stands in the test set.

use super::report::Summary;
use super::{Found, Rule, cuts, dry_run, lost};
use crate::again::Again;
use crate::args::CleanArgs;
use crate::console;
use crate::corpus::place;
use crate::exit::Exit;
use crate::memory::Cap;
use crate::outputs::{Asked, Places, is_stdout};
use crate::reports::{check_share_of, refuse_drop_empty, report};
use crate::settings;
use crate::stages::Stages;
use crate::test_set::TestSet;
use crate::writing::Writing;
use anyhow::{Result, anyhow};
use redite::files::removed::{KeptUnit, RemovedUnit};
use redite::files::{Edit, Fields, Record, Rewriter, Source, Transaction};
use redite::model::Chars;
use redite::{ArticleId, Contained, Span};
use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

pub(crate) fn clean(
    args: &CleanArgs,
    cap: Option<&Cap>,
    transaction: &Transaction,
    exclude: &[PathBuf],
) -> Result<Exit> {
    let (started, mut stages) = (Instant::now(), Stages::begin());
    let detector = settings::detector(&args.rule)?;
    let options = settings::read_options(&args.input, &args.rule.other)?;
    let set = TestSet::read(&args.against, &args.input, detector.settings().min_tokens(), cap)?;
    stages.end("test set");
    let rule = Rule {
        set: &set,
        options: &options,
        language: detector.settings().language(),
    };
    if args.memory.dry_run {
        return dry_run(rule, &args.input, exclude);
    }
    let check = |sources: &[Source]| refuse_drop_empty(args.cleaned.drop_empty, sources);
    let (found, mut progress) = rule.read(&args.input, cap, exclude, check, &mut stages)?;
    let Found { inputs, counts, .. } = &found;
    let reports = [&args.cleaned.removed, &args.stats, &args.report].into_iter().flatten();
    let places = Places::of(&Asked {
        inputs: &args.input.inputs,
        sources: &inputs.sources,
        output: args.cleaned.output.as_deref(),
        reports: reports.clone().collect(),
        merge: args.cleaned.merge,
    })?;
    set.refuse_outputs(inputs.sources.iter().filter_map(|source| places.path(source)))?;
    set.refuse_outputs(reports.filter(|path| !is_stdout(path)))?;
    let shares = [counts.span_bytes, counts.text_bytes];
    if let Err(error) = check_share_of(
        args.cleaned.max_removed,
        shares,
        ("", "redite mark --against"),
        |line| {
            progress.say(line);
        },
    ) {
        progress.clear();
        return Err(error);
    }

    let described = || set.described(rule.language);
    let writing = Writing::begin(
        &args.cleaned,
        &places,
        transaction,
        &options,
        &inputs.sources,
        described,
    )?;
    progress.phase("writing");
    let mut dropped = 0;
    for (source, articles, first) in inputs.each() {
        match first {
            None => writing.copy(source)?,
            Some(first) => writing.file(
                source,
                &mut Cleaner {
                    rule,
                    source,
                    again: Again::new(
                        source,
                        first,
                        articles,
                        found.touched.get(first.0 as usize..).unwrap_or_default(),
                    ),
                    touched: &found.touched,
                    dropped: &mut dropped,
                    writing: &writing,
                },
            )?,
        };
        progress.finish(source.size());
    }
    writing.finish()?;
    progress.clear();
    stages.end("write");
    let summary = Summary::new(
        args,
        &options,
        &found,
        &set,
        rule.language,
        dropped,
        &stages,
        started.elapsed(),
    );
    if let Some(path) = &args.stats {
        let mut out = report(path, transaction).create()?;
        writeln!(out, "{}", summary.to_json()?).map_err(|cause| out.error(cause))?;
        out.finish()?;
    }
    transaction.commit()?;
    super::super::report::after(args, || summary.to_json(), transaction)?;
    if !args.input.quiet {
        console::lines(&summary);
    }
    Ok(found.exit(&set))
}

/// Takes out of one file what stands in the test set.
struct Cleaner<'c> {
    rule: Rule<'c>,
    source: &'c Source,
    again: Again<'c>,
    touched: &'c [bool],
    /// Records that were left out.
    dropped: &'c mut u64,
    writing: &'c Writing<'c>,
}

/// What went from one record.
#[derive(Default)]
struct Gone {
    units: u64,
    /// Its lines in the file of removed units.
    lines: Vec<u8>,
    dropped: bool,
}

impl Rewriter for Cleaner<'_> {
    type Error = anyhow::Error;
    type Seen = ArticleId;
    type Told = Gone;

    fn asks(&mut self, line: u64) -> bool {
        self.again.asks(line)
    }

    fn see(&mut self, record: &Record<'_>) -> Result<ArticleId> {
        self.again.number(record)
    }

    fn edit(&self, record: &Record<'_>, article: &ArticleId) -> Result<(Edit, Gone)> {
        let mut gone = Gone::default();
        let is_touched = self.touched.get(article.0 as usize).is_some_and(|&is| is);
        let Some(fields) = record.outcome.ok().filter(|_| is_touched) else {
            return Ok((Edit::Keep, gone));
        };
        let found = self.rule.of(fields);
        let cuts = cuts(fields, &found)?;
        let place = place(self.source, record.place);
        gone.units = found.iter().map(|found| found.len() as u64).sum();
        if gone.units == 0 {
            return Err(anyhow!("{place}: the file has changed while it was read; run again"));
        }
        let lines = &mut gone.lines;
        if self.writing.tells() {
            self.tell(record, fields, &place, &found, &cuts, lines)?;
        }
        let named = (fields.id.as_ref(), &*place);
        let edit;
        (edit, gone.dropped) = self.writing.cut(self.source, record, &cuts, named, lines)?;
        Ok((edit, gone))
    }

    fn settle(&mut self, gone: Gone) -> Result<()> {
        *self.dropped += u64::from(gone.dropped);
        self.writing.record(&gone.lines, gone.units, gone.dropped)
    }
}

impl Cleaner<'_> {
    /// Writes lines for the file of removed units.
    fn tell(
        &self,
        record: &Record<'_>,
        fields: &Fields,
        place: &str,
        found: &[Vec<Contained>],
        cuts: &[Vec<Span>],
        lines: &mut Vec<u8>,
    ) -> Result<()> {
        let measure = self.rule.set.measure();
        for (i, ((text, found), cuts)) in fields.texts.iter().zip(found).zip(cuts).enumerate() {
            let Some(spellings) = record.spellings(text, cuts) else {
                return Err(anyhow!("{place}: the file has changed while it was read; run again"));
            };
            let mut chars = Chars::new(&text.text);
            for ((found, cut), raw) in found.iter().zip(cuts).zip(spellings) {
                let origin = self.rule.set.origin(found)?;
                RemovedUnit {
                    article: fields.id.as_ref(),
                    source: place,
                    field: self.rule.field(self.source, fields, i),
                    unit: "span",
                    bytes: [cut.start, cut.end],
                    chars: [chars.before(cut.start), chars.before(cut.end)],
                    text: raw,
                    rule: "against",
                    measure: &measure,
                    similarity: found.share,
                    lost: &lost(found, &text.text, &origin),
                    reprint: false,
                    kept: Some(KeptUnit {
                        article: origin.record.id.as_ref(),
                        source: &origin.record.source,
                        field: origin.name,
                        bytes: [found.at.start, found.at.end],
                        text: origin.text,
                    }),
                }
                .write(lines)?;
            }
        }
        Ok(())
    }
}
