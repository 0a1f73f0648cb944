//! `redite find`: shows the repeats, and changes nothing.

use crate::amounts::{count, digits, share};
use crate::args::{FindArgs, FindFormat};
use crate::console;
use crate::corpus::Corpus;
use crate::csv;
use crate::diff::diff;
use crate::earlier::Earlier;
use crate::exit::{Exit, is_closed_pipe};
use crate::paint::{Paint, excerpt, visible};
use crate::progress::{COMPARING, Progress, READING};
use crate::provenance::{Known, Provenance};
use crate::settings;
use crate::summary::totals;
use anyhow::Result;
use redite::files::removed::RemovedUnit;
use redite::segment::Language;
use redite::{Reason, Repeat, Span, Stats, Unit};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::io::{BufWriter, Write, stdout};

/// Lines of each table under the pairs. All tables together fit on a screen of 24 lines, with what comes after them.
const TABLE: usize = 4;

/// Pairs that are shown as text if nothing else is asked for.
const SHOWN: usize = 20;

pub(crate) fn run(args: &FindArgs) -> Result<Exit> {
    let quiet = args.input.quiet;
    let is_text = args.output.format == FindFormat::Text;
    let limit = match args.output.limit {
        None if is_text => SHOWN,
        None | Some(0) => usize::MAX,
        Some(limit) => limit,
    };
    let earlier = Earlier::asked(&args.earlier, &settings::detector(&args.rule)?)?;
    let (corpus, progress) = Corpus::look(&args.input, &args.rule, earlier.as_ref(), |bytes| {
        Progress::new(&[READING, COMPARING], bytes, quiet)
    })?;
    progress.clear();
    let stats = corpus.detection.stats()?;
    let found = stats.removed_equal + stats.removed_near;
    let mut out = BufWriter::new(stdout().lock());
    let written = match args.output.format {
        FindFormat::Text => text(&corpus, &stats, args, limit, &mut out),
        FindFormat::Jsonl => each_removed(&corpus, limit, |unit, _| Ok(unit.write(&mut out)?)),
        FindFormat::Csv => table(&corpus, limit, &mut out),
    };
    match written.and_then(|()| Ok(out.flush()?)) {
        // What was found does not depend on how much of it was read.
        Err(error) if is_closed_pipe(&error) => {}
        Err(error) => return Err(error),
        Ok(()) if is_text => {}
        Ok(()) => {
            if let Some(shown) = shown(limit, found) {
                console::line(format_args!("{shown}; --limit 0 shows all."));
            }
            console::line(totals(&stats));
        }
    }
    Ok(if corpus.report.exit() == Exit::Partly {
        Exit::Partly
    } else if args.output.exit_code && found > 0 {
        Exit::Found
    } else {
        Exit::Done
    })
}

/// How many repeats are shown, if not all.
fn shown(limit: usize, found: u64) -> Option<String> {
    let limit = limit as u64;
    (limit < found).then(|| format!("{} of {} shown", digits(limit), count(found, "repeat")))
}

/// Calls `write` with the first repeats in input order, up to `limit`, and the text of each that would be removed.
fn each_removed(
    corpus: &Corpus,
    limit: usize,
    mut write: impl FnMut(&RemovedUnit<'_>, &str) -> Result<()>,
) -> Result<()> {
    let mut left = limit;
    let mut provenance = Provenance::of(corpus)?;
    if !corpus.overview()?.kept_come_first {
        corpus.each_record(|source, article, record, _| provenance.meet(corpus, source, article, record))?;
    }
    corpus.each_record(|source, article, record, fields| {
        provenance.meet(corpus, source, article, record)?;
        let cuts = corpus.cuts(article, fields)?;
        provenance.removed(corpus, source, record, &cuts, |unit, cut| {
            if left == 0 {
                return Ok(());
            }
            left -= 1;
            let field = fields.texts.get(cut.repeat.removed.field as usize);
            let text = field.and_then(|f| f.text.get(cut.span.range()));
            write(unit, text.unwrap_or_default())
        })
    })
}

/// The columns of `--format csv`: the fields of the file of removed units, flattened, in its order.
const COLUMNS: [&str; 18] = [
    "article",
    "source",
    "field",
    "unit",
    "bytes_start",
    "bytes_end",
    "chars_start",
    "chars_end",
    "text",
    "rule",
    "measure",
    "similarity",
    "kept_article",
    "kept_source",
    "kept_field",
    "kept_bytes_start",
    "kept_bytes_end",
    "kept_text",
];

fn table(corpus: &Corpus, limit: usize, out: &mut impl Write) -> Result<()> {
    csv::line(out, &COLUMNS)?;
    each_removed(corpus, limit, |unit, text| {
        let Some(kept) = &unit.kept else { return Ok(()) };
        let article = |id: Option<&redite::files::Id>, source: &str| {
            csv::text(&id.map_or(source.to_owned(), |id| id.to_string())).into_owned()
        };
        let numbers: Vec<String> = [unit.bytes, unit.chars, kept.bytes]
            .as_flattened()
            .iter()
            .map(u32::to_string)
            .collect();
        let cells: [&str; 18] = [
            &article(unit.article, unit.source),
            &csv::text(unit.source),
            &csv::text(unit.field),
            unit.unit,
            &numbers[0],
            &numbers[1],
            &numbers[2],
            &numbers[3],
            &csv::text(text),
            unit.rule,
            unit.measure,
            &((unit.similarity * 1e4).round() / 1e4).to_string(),
            &article(kept.article, kept.source),
            &csv::text(kept.source),
            &csv::text(kept.field.unwrap_or(unit.field)),
            &numbers[4],
            &numbers[5],
            &csv::text(kept.text),
        ];
        Ok(csv::line(out, &cells)?)
    })
}

/// What was found in a file or language.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    articles: u64,
    repeats: u64,
    repeated_bytes: u64,
    text_bytes: u64,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.articles += other.articles;
        self.repeats += other.repeats;
        self.repeated_bytes += other.repeated_bytes;
        self.text_bytes += other.text_bytes;
    }
}

fn text(corpus: &Corpus, stats: &Stats, args: &FindArgs, limit: usize, out: &mut impl Write) -> Result<()> {
    let paint = Paint::choose(args.output.color);
    // It is all in memory.
    let detection = corpus.detection.block(0)?;
    let mut repeats: Vec<Repeat> = detection.repeats().collect();
    if repeats.is_empty() {
        return Ok(writeln!(out, "{}", totals(stats))?);
    }
    let most_repeated = most_repeated(&repeats);
    sort_by_telling(&mut repeats);
    let shown = shown(limit, repeats.len() as u64);
    repeats.truncate(limit);
    let units = repeats.iter().flat_map(|r| [r.removed, r.kept]);
    let mut met = Provenance::of_units(corpus, units.chain(most_repeated.iter().map(|m| m.0)).collect());
    let mut files: Vec<(String, Tally)> = Vec::new();
    let mut languages: BTreeMap<String, Tally> = BTreeMap::new();
    corpus.each_record(|source, article, record, fields| {
        met.meet(corpus, source, article, record)?;
        let mut tally = Tally {
            articles: 1,
            text_bytes: fields.texts.iter().map(|t| t.text.len() as u64).sum(),
            ..Tally::default()
        };
        for repeat in detection.repeats_in(article) {
            tally.repeats += 1;
            tally.repeated_bytes += repeat.removed.span.len() as u64;
        }
        match files.last_mut() {
            Some((name, file)) if name == source.name() => file.add(tally),
            _ => files.push((source.name().to_owned(), tally)),
        }
        let language = detection.language(article).code().to_owned();
        languages.entry(language).or_default().add(tally);
        Ok(())
    })?;

    if paint.is_on() {
        let (kept, repeat) = (paint.kept("only in the kept text"), paint.repeat("only in the repeat"));
        writeln!(out, "{kept}  {repeat}\n")?;
    } else {
        writeln!(out, "[-only in the kept text-] {{+only in the repeat+}}\n")?;
    }
    for repeat in &repeats {
        let language = detection.language(repeat.removed.article);
        pair(corpus, repeat, language, &mut met, paint, out)?;
    }
    tallies(out, paint, "By file", files)?;
    tallies(out, paint, "By language", languages.into_iter().collect())?;
    if !most_repeated.is_empty() {
        writeln!(out, "{}", paint.bold("Most repeated"))?;
    }
    for (unit, times) in &most_repeated {
        let known = met.known(unit)?;
        let (place, text) = (place(corpus, &known, unit.span), excerpt(&known.text, 70));
        let place = paint.dim(format!("{}, {place}", unit.kind));
        writeln!(out, "{:>16}  {text}  {place}", count(*times, "repeat"))?;
    }
    // last, so that it is on the screen when the run has ended
    if let Some(shown) = shown {
        writeln!(out, "\n{shown}, the most telling first; --limit 0 shows all.")?;
    } else {
        writeln!(out)?;
    }
    writeln!(out, "{}", paint.bold(totals(stats)))?;
    Ok(())
}

/// The kept units with most repeats, at least two, and how many: most first, then in input order.
fn most_repeated(repeats: &[Repeat]) -> Vec<(Unit, u64)> {
    let mut kept: Vec<Unit> = repeats.iter().map(|r| r.kept).collect();
    kept.sort_unstable();
    let groups = kept.chunk_by(|a, b| a == b);
    let mut most: Vec<(Unit, u64)> = groups.map(|group| (group[0], group.len() as u64)).collect();
    most.retain(|m| m.1 > 1);
    most.sort_by_key(|m| Reverse(m.1));
    most.truncate(TABLE);
    most
}

/// Sorts the most telling repeats to the front.
///
/// Near ones come before equal ones. Near ones are sorted by how much text differs (length times dissimilarity), equal
/// ones by length; ties stay in input order. Then each kept unit takes its turn: its second repeat comes after the
/// first repeats of all others, so that one cookie notice does not fill the screen.
fn sort_by_telling(repeats: &mut Vec<Repeat>) {
    let is_equal = |r: &Repeat| r.reason == Reason::Equal;
    let weight = |r: &Repeat| {
        let length = r.removed.span.len() as u64;
        let (shared, of) = (u64::from(r.similarity.shared), u64::from(r.similarity.of.max(1)));
        if is_equal(r) {
            length
        } else {
            length * of.saturating_sub(shared) / of
        }
    };
    repeats.sort_by_cached_key(|r| (is_equal(r), Reverse(weight(r)), r.removed));
    let mut turns: HashMap<(bool, Unit), u32> = HashMap::new();
    let mut with_turns: Vec<(u32, Repeat)> = repeats
        .drain(..)
        .map(|r| {
            let turn = turns.entry((is_equal(&r), r.kept)).or_default();
            *turn += 1;
            (*turn, r)
        })
        .collect();
    with_turns.sort_by_key(|(turn, r)| (is_equal(r), *turn));
    repeats.extend(with_turns.into_iter().map(|(_, r)| r));
}

/// The place of a unit, as `redite explain` takes it, and the article's id.
fn place(corpus: &Corpus, known: &Known, span: Span) -> String {
    let mut place = format!("{}#", visible(&known.source));
    if corpus.options.text_fields.len() > 1 {
        place.push_str(&format!("{}:", visible(&known.field)));
    }
    place.push_str(&format!("{}-{}", span.start, span.end));
    if let Some(id) = known.id.as_ref().filter(|id| id.text() != known.source) {
        place.push_str(&format!("  id {}", visible(&id.text())));
    }
    place
}

fn pair(
    corpus: &Corpus,
    repeat: &Repeat,
    language: Language,
    met: &mut Provenance,
    paint: Paint,
    out: &mut impl Write,
) -> Result<()> {
    let kept = met.known(&repeat.kept)?.into_owned();
    let removed = met.known(&repeat.removed)?;
    let how = match repeat.reason {
        Reason::Equal => "equal".to_owned(),
        Reason::Near => format!("near {}", repeat.similarity),
    };
    writeln!(out, "{}  {}  {}", paint.bold(how), repeat.removed.kind, language.code())?;
    writeln!(out, "  kept    {}", paint.dim(place(corpus, &kept, repeat.kept.span)))?;
    writeln!(
        out,
        "  repeat  {}",
        paint.dim(place(corpus, &removed, repeat.removed.span))
    )?;
    writeln!(out, "  {}\n", diff(&kept.text, &removed.text).show(paint))?;
    Ok(())
}

/// A table of what has most repeats.
fn tallies(out: &mut impl Write, paint: Paint, title: &str, mut rows: Vec<(String, Tally)>) -> Result<()> {
    rows.retain(|row| row.1.repeats > 0);
    rows.sort_by_key(|row| Reverse(row.1.repeats));
    writeln!(out, "{}", paint.bold(title))?;
    for (name, tally) in rows.iter().take(TABLE) {
        writeln!(
            out,
            "{:>16}  {:>7} of the text, {:>14}  {}",
            count(tally.repeats, "repeat"),
            share(tally.repeated_bytes, tally.text_bytes),
            count(tally.articles, "article"),
            visible(name),
        )?;
    }
    if rows.len() > TABLE {
        writeln!(
            out,
            "{:>16}  and {} more with fewer repeats",
            "",
            digits((rows.len() - TABLE) as u64)
        )?;
    }
    Ok(())
}
