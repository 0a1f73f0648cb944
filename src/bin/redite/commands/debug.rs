//! `redite debug`: what each step of the pipeline produces, as JSON Lines.

use crate::amounts::{count, digits};
use crate::args::{DebugArgs, LookArgs, ScopeArg, Step};
use crate::console;
use crate::corpus::{ReadReport, place};
use crate::exit::Exit;
use crate::look::{self, Cut};
use crate::settings;
use anyhow::{Result, bail};
use redite::fold::Tokens;
use redite::join::{self, Units};
use redite::shingle::{self, Lengths};
use redite::verdict::Context;
use redite::{Settings, UnitChoice, UnitKind};
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::HashSet;
use std::io::{BufWriter, Write, stdout};
use std::ops::ControlFlow;

pub(crate) fn run(args: &DebugArgs) -> Result<Exit> {
    let mut out = BufWriter::new(stdout().lock());
    let depth = match &args.step {
        Step::Units(_) => Some(Depth::Units),
        Step::Fold(_) => Some(Depth::Fold),
        Step::Shingles(_) => Some(Depth::Shingles),
        Step::Candidates(_) => None,
    };
    let args = args.step.args();
    let read = match depth {
        Some(depth) => {
            let write =
                |settings: &Settings, unit: Place, cut: Cut| write_line(&mut out, &line(&unit, &cut, settings, depth));
            each_unit(args, write)?.1
        }
        None => candidates(args, &mut out)?,
    };
    out.flush()?;
    Ok(read.exit())
}

/// How much is printed of a unit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Depth {
    Units,
    Fold,
    Shingles,
}

/// The place of a unit, and its text.
#[derive(Debug, Clone, Serialize)]
struct Place {
    article: Box<RawValue>,
    source: String,
    field: String,
    unit: String,
    bytes: [u32; 2],
    text: String,
    lang: String,
}

#[derive(Debug, Serialize)]
struct Line<'u> {
    #[serde(flatten)]
    place: &'u Place,
    #[serde(skip_serializing_if = "Option::is_none")]
    fold: Option<&'u str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tokens: Option<usize>,
    /// In half words, as the minimum length counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    judged: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shingles: Option<Vec<Shingle>>,
}

#[derive(Debug, Serialize)]
struct Shingle {
    hash: String,
    text: String,
}

#[derive(Debug, Serialize)]
struct Pair<'u> {
    later: &'u Place,
    earlier: &'u Place,
    /// True if the pair satisfies the rule.
    verified: bool,
    similarity: f64,
    shared: u32,
    of: u32,
    /// Why it is no repeat although it is similar enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    lost: Option<String>,
}

fn write_line(out: &mut impl Write, line: &impl Serialize) -> Result<()> {
    // By way of a string, so that a closed pipe stays an I/O error and is known as one.
    writeln!(out, "{}", serde_json::to_string(line)?)?;
    Ok(())
}

/// Calls `visit` with every unit of the kinds that were asked for, in order. Returns what could not be read, too.
fn each_unit(
    args: &LookArgs,
    mut visit: impl FnMut(&Settings, Place, Cut) -> Result<()>,
) -> Result<(Settings, ReadReport)> {
    let detector = settings::detector(&args.rule)?;
    let reach = &args.rule.other.reach;
    if reach.group().is_some() || reach.within.is_some() {
        bail!("--group-by, --count-by and --within make no difference to what is printed here; leave them out");
    }
    let settings = *detector.settings();
    let options = settings::read_options(&args.input, &args.rule.other)?;
    settings::threads(&args.input)?;
    let unread = look::each_record(
        &args.input.inputs,
        &options,
        args.input.strict,
        |source, record, fields| {
            let language = look::language(fields, &settings);
            let source_place = place(source, record.place);
            let article = match &fields.id {
                Some(id) => RawValue::from_string(id.raw().to_owned())?,
                None => RawValue::from_string(serde_json::to_string(&source_place)?)?,
            };
            for text in &fields.texts {
                for cut in look::cut(&text.text, language, &settings) {
                    let asked = match settings.units() {
                        UnitChoice::Both => true,
                        UnitChoice::Paragraphs => cut.kind == UnitKind::Paragraph,
                        UnitChoice::Sentences => cut.kind == UnitKind::Sentence,
                    };
                    if asked {
                        let unit = Place {
                            article: article.clone(),
                            source: source_place.clone(),
                            field: look::field_name(source, &options, text.field).to_owned(),
                            unit: cut.kind.to_string(),
                            bytes: [cut.span.start, cut.span.end],
                            text: text.text[cut.span.range()].to_owned(),
                            lang: language.code().to_owned(),
                        };
                        visit(&settings, unit, cut)?;
                    }
                }
            }
            Ok(ControlFlow::Continue(()))
        },
    )?;
    Ok((settings, unread))
}

fn line<'u>(place: &'u Place, cut: &'u Cut, settings: &Settings, depth: Depth) -> Line<'u> {
    let folded = depth >= Depth::Fold;
    let lengths = settings.rule().lengths();
    Line {
        place,
        fold: folded.then(|| cut.tokens.as_str()),
        tokens: folded.then(|| cut.tokens.hashes().len()),
        weight: folded.then(|| cut.tokens.weight()),
        judged: folded.then(|| settings.is_judged(cut.tokens.weight())),
        shingles: (depth == Depth::Shingles).then(|| shingles(&cut.tokens, lengths)),
    }
}

/// Hash and text of every shingle, in the order of [`shingle::visit`].
fn shingles(tokens: &Tokens, lengths: Lengths) -> Vec<Shingle> {
    let words: Vec<&str> = tokens.iter().collect();
    let widths: Vec<usize> = lengths.iter().collect();
    let mut texts: Vec<String> = widths
        .into_iter()
        .rev()
        .flat_map(|w| words.windows(w).map(|window| window.join(" ")))
        .collect();
    if texts.is_empty() && !words.is_empty() {
        texts.push(words.join(" "));
    }
    let mut hashes = Vec::with_capacity(texts.len());
    shingle::visit(tokens.hashes(), lengths, |hash| {
        hashes.push(format!("{hash:08x}"));
        true
    });
    let pairs = hashes.into_iter().zip(texts);
    pairs.map(|(hash, text)| Shingle { hash, text }).collect()
}

/// Units that are compared with one another.
#[derive(Debug, Default)]
struct Group {
    folds: HashSet<String>,
    units: Vec<Tokens>,
    places: Vec<Place>,
}

impl Units for Group {
    fn count(&self) -> u32 {
        u32::try_from(self.units.len()).unwrap_or(u32::MAX)
    }

    fn tokens(&self, i: u32) -> &[u32] {
        self.units[i as usize].hashes()
    }

    fn text(&self, i: u32) -> &str {
        self.units[i as usize].as_str()
    }
}

fn candidates(args: &LookArgs, out: &mut impl Write) -> Result<ReadReport> {
    let mut groups: [Group; 2] = Default::default();
    let mut proposed = (0, 0);
    let mut settle = |settings: &Settings, groups: &mut [Group; 2]| -> Result<()> {
        for group in std::mem::take(groups) {
            let (pairs, verified) = join_group(settings, &group, out)?;
            proposed = (proposed.0 + pairs, proposed.1 + verified);
        }
        Ok(())
    };
    let mut article = None;
    let (settings, unread) = each_unit(args, |settings, unit, cut| {
        if !settings.is_judged(cut.tokens.weight()) {
            return Ok(());
        }
        if args.rule.other.scope == ScopeArg::Article && article.as_ref() != Some(&unit.source) {
            settle(settings, &mut groups)?;
            article = Some(unit.source.clone());
        }
        let group = &mut groups[usize::from(cut.kind == UnitKind::Sentence)];
        if group.folds.insert(cut.tokens.as_str().to_owned()) {
            group.units.push(cut.tokens);
            group.places.push(unit);
        }
        Ok(())
    })?;
    settle(&settings, &mut groups)?;
    console::line(format_args!(
        "{}, {} verified",
        count(proposed.0, "candidate"),
        digits(proposed.1)
    ));
    Ok(unread)
}

/// Writes the candidates of one group. Returns how many there are, and how many of them are verified.
fn join_group(settings: &Settings, group: &Group, out: &mut impl Write) -> Result<(u64, u64)> {
    let rule = settings.rule();
    let proposed = join::candidates(group, &rule);
    let mut verified = 0;
    for candidate in &proposed {
        let (later, earlier) = (candidate.later as usize, candidate.earlier as usize);
        let (a, b) = (group.text(candidate.later), group.text(candidate.earlier));
        let similarity = candidate.similarity.unwrap_or_else(|| rule.measure.similarity(a, b));
        verified += u64::from(candidate.similarity.is_some());
        let is_alike = candidate.similarity.is_none() && rule.threshold.admits(similarity);
        let lost = is_alike.then(|| rule.lost(a, b, Context::Unknown)).flatten();
        let pair = Pair {
            later: &group.places[later],
            earlier: &group.places[earlier],
            verified: candidate.similarity.is_some(),
            similarity: (similarity.value() * 1e4).round() / 1e4,
            shared: similarity.shared,
            of: similarity.of,
            lost: lost.map(|lost| lost.to_string()),
        };
        write_line(out, &pair)?;
    }
    Ok((proposed.len() as u64, verified))
}
