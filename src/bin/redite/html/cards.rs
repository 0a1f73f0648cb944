//! One family, one pair.

use super::families::{Family, VARIANTS};
use super::names::Folder;
use super::samples::{Excerpt, MOST_TEXT, Place, Sample, Samples};
use crate::amounts::{count, digits};
use crate::diff::{Stretch, diff, ends};
use crate::paint::{excerpt, visible};
use maud::{Markup, html};
use serde_json::json;
use std::collections::BTreeSet;

/// Characters that are shown of a difference.
const MOST_DIFF: usize = 1000;
/// Characters that are shown of a changed stretch.
const MOST_CHANGE: usize = 300;
/// Characters of a family's text that are shown before it is opened, and then.
const TITLE: usize = 220;
const WHOLE: usize = 700;

/// What filters offer.
#[derive(Debug, Default)]
pub(super) struct Offered {
    pub(super) rules: BTreeSet<String>,
    pub(super) units: BTreeSet<String>,
    pub(super) languages: BTreeSet<String>,
    /// In the order of their appearance.
    pub(super) files: Vec<String>,
}

/// What filters hold against a card: numbers and words with spaces between them.
struct Told {
    rules: String,
    units: String,
    languages: String,
    files: String,
}

impl Offered {
    fn tell<'s>(&mut self, samples: impl Iterator<Item = &'s Sample>, folder: &Folder) -> Told {
        let mut told: [BTreeSet<String>; 4] = Default::default();
        for sample in samples {
            let language = sample.language.clone().unwrap_or_else(|| "und".to_owned());
            let file = visible(folder.short(super::count::file_of(&sample.removed.source))).into_owned();
            let number = self.files.iter().position(|other| *other == file).unwrap_or_else(|| {
                self.files.push(file);
                self.files.len() - 1
            });
            self.rules.insert(word(&sample.rule));
            self.units.insert(word(&sample.unit));
            self.languages.insert(language.clone());
            let words = [word(&sample.rule), word(&sample.unit), language, number.to_string()];
            told.iter_mut().zip(words).for_each(|(set, word)| {
                set.insert(word);
            });
        }
        let [rules, units, languages, files] = told.map(|set| Vec::from_iter(set).join(" "));
        Told {
            rules,
            units,
            languages,
            files,
        }
    }
}

/// Without spaces, which separate words in what filters compare.
fn word(text: &str) -> String {
    visible(text).replace(' ', "_")
}

/// A kept text that opens to its repeats.
pub(super) fn family(family: &Family, samples: &Samples, folder: &Folder, offered: &mut Offered) -> Markup {
    let Some(first) = samples.get(family.line) else {
        return html! {};
    };
    let variants: Vec<_> = (family.variants.iter())
        .filter_map(|variant| Some((variant, samples.get(variant.line)?)))
        .collect();
    let all = variants.iter().map(|(_, sample)| *sample).chain([first]);
    let told = offered.tell(all, folder);
    let kept = &first.kept;
    let language = first.language.as_deref();
    let hidden = family.wordings.saturating_sub(variants.len() as u64);
    html! {
        details.family data-item data-rules=(told.rules) data-units=(told.units) data-langs=(told.languages) data-files=(told.files) {
            summary {
                span.times { (digits(family.units)) "×" }
                span.what {
                    span.text dir="auto" lang=[language] { (excerpt(&kept.text.text, TITLE)) }
                    span.meta {
                        "removed from " (count(family.articles, "article")) " in " (count(family.files, "file"))
                        " · " (rules(family, &first.rule)) " · kept in "
                        bdi { (visible(folder.short(&kept.source))) }
                    }
                }
            }
            div.inside {
                @if kept.text.text.chars().nth(TITLE).is_some() {
                    p.kept dir="auto" lang=[language] { (excerpt(&kept.text.text, WHOLE)) }
                }
                p.places { "Kept: " (place(kept, folder)) }
                h3 {
                    @if family.wordings == 1 && !family.more { "Removed, in one wording" }
                    @else { "Removed, in " (digits(family.wordings)) @if family.more { " or more" } " wordings" }
                }
                ol.variants {
                    @for (variant, sample) in &variants {
                        li {
                            span.times { (digits(variant.units)) "×" }
                            div {
                                (difference(sample))
                                p.places {
                                    (badges(sample)) " first: " (place(&sample.removed, folder))
                                }
                            }
                        }
                    }
                }
                @if hidden > 0 || family.more {
                    p.note { "Shown are the " (VARIANTS) " most frequent wordings." }
                }
            }
        }
    }
}

/// How often by which rule.
fn rules(family: &Family, other: &str) -> String {
    let counts = [
        (family.units - family.near - family.other, "equal"),
        (family.near, "near"),
        (family.other, other),
    ];
    let told: Vec<_> = (counts.into_iter())
        .filter(|(count, _)| *count > 0)
        .map(|(count, rule)| format!("{} {}", digits(count), visible(rule)))
        .collect();
    told.join(", ")
}

/// A removed unit beside the kept one, to be judged.
pub(super) fn pair(number: usize, sample: &Sample, folder: &Folder, offered: &mut Offered) -> Markup {
    let told = offered.tell([sample].into_iter(), folder);
    let record = record(sample);
    let name = format!("pair-{number}");
    html! {
        article.pair #(name) tabindex="-1" aria-label=(format!("Pair {number}")) data-item data-rules=(told.rules) data-units=(told.units)
            data-langs=(told.languages) data-files=(told.files) data-record=[record.as_deref()] {
            p.head {
                span.number { (number) }
                (badges(sample))
                @if !sample.lost.is_empty() {
                    span.lost {
                        "lost: "
                        @for (i, word) in sample.lost.iter().enumerate() {
                            @if i > 0 { ", " }
                            bdi lang=[sample.language.as_deref()] { (visible(word)) }
                        }
                        @if sample.lost_count > sample.lost.len() {
                            " and " (digits((sample.lost_count - sample.lost.len()) as u64)) " more"
                        }
                    }
                }
            }
            (difference(sample))
            p.places { "Removed: " (place(&sample.removed, folder)) }
            p.places { "Kept: " (place(&sample.kept, folder)) }
            @if record.is_some() {
                div.judge role="group" aria-label=(format!("Is the removal of pair {number} right?")) {
                    @for (label, name) in [("right", "Right"), ("wrong", "Wrong"), ("arguable", "Arguable")] {
                        button type="button" aria-pressed="false" data-label=(label) { (name) }
                    }
                }
            } @else if sample.reprint {
                p.note { "Decided by what stands beside both texts, so it cannot be labelled as a pair." }
            } @else if sample.rule == "near" {
                p.note { "Longer than " (digits(MOST_TEXT as u64)) " characters, so it cannot be labelled here." }
            }
        }
    }
}

/// What `evaluate --labels` needs, but for the label: both texts whole.
fn record(sample: &Sample) -> Option<String> {
    let Sample { removed, kept, .. } = sample;
    if removed.text.is_cut || kept.text.is_cut || sample.reprint || sample.rule != "near" {
        return None;
    }
    let id = format!(
        "{}#{}-{} {}#{}-{}",
        removed.article, removed.bytes[0], removed.bytes[1], kept.article, kept.bytes[0], kept.bytes[1]
    );
    let mut record = json!({"id": id, "earlier": kept.text.text, "later": removed.text.text});
    if let Some(language) = &sample.language {
        record["lang"] = language.as_str().into();
    }
    Some(record.to_string())
}

fn badges(sample: &Sample) -> Markup {
    html! {
        span.badge.near[sample.rule == "near"].equal[sample.rule == "equal"] { (visible(&sample.rule)) }
        " "
        span.badge { (visible(&sample.unit)) }
        @if sample.rule != "equal" {
            " " span.badge { "similarity " (similarity(sample.similarity)) }
        }
        @if sample.reprint { " " span.badge { "reprint" } }
        @if let Some(language) = &sample.language { " " span.badge data-code=(language) { (language) } }
    }
}

fn similarity(similarity: f64) -> String {
    format!("{similarity:.3}")
}

fn place(place: &Place, folder: &Folder) -> Markup {
    let [start, end] = place.bytes;
    let source = visible(folder.short(&place.source));
    html! {
        @if place.article != place.source { bdi.id { (visible(&place.article)) } " " }
        code { bdi { (source) } }
        @if !place.field.is_empty() && place.field != "text" { ", field " bdi { (visible(&place.field)) } }
        ", bytes " (digits(start.into())) "–" (digits(end.into()))
    }
}

/// The way from the kept text to the removed one.
fn difference(sample: &Sample) -> Markup {
    let (kept, removed) = (&sample.kept.text, &sample.removed.text);
    let language = sample.language.as_deref();
    if is_same(kept, removed) {
        return html! { p.diff.same { "the same text" } };
    }
    let differences = diff(&kept.text, &removed.text);
    let (mut stretches, mut is_cut) = differences.stretches();
    if kept.is_cut || removed.is_cut {
        is_cut = true;
        // Where a text was cut off, its end looks like a difference.
        let whole = stretches
            .iter()
            .rposition(|stretch| matches!(stretch, Stretch::Both(_)));
        stretches = &stretches[..whole.map_or(stretches.len(), |last| last + 1)];
    }
    let mut left = MOST_DIFF;
    let mut shown = Vec::new();
    for stretch in stretches {
        if left == 0 {
            is_cut = true;
            break;
        }
        let text = match stretch {
            Stretch::Both(text) => ends(text),
            Stretch::Kept(text) | Stretch::Repeat(text) => excerpt(text, MOST_CHANGE),
        };
        left = left.saturating_sub(text.chars().count());
        shown.push((stretch, text));
    }
    html! {
        p.diff dir="auto" lang=[language] {
            @for (stretch, text) in shown {
                @match stretch {
                    Stretch::Both(_) => (text),
                    Stretch::Kept(_) => { @let [before, word, after] = spaced(&text); (before) del { (word) } (after) }
                    Stretch::Repeat(_) => { @let [before, word, after] = spaced(&text); (before) ins { (word) } (after) }
                }
            }
            @if is_cut { span.cut { " … (shortened)" } }
        }
    }
}

/// White space at both ends, which is not marked, and what stands between; white space alone is marked.
fn spaced(text: &str) -> [&str; 3] {
    let word = text.trim();
    match text.find(word).filter(|_| !word.is_empty()) {
        Some(at) => [&text[..at], word, &text[at + word.len()..]],
        None => ["", text, ""],
    }
}

fn is_same(a: &Excerpt, b: &Excerpt) -> bool {
    a == b || (!a.is_cut && !b.is_cut && a.text.split_whitespace().eq(b.text.split_whitespace()))
}
