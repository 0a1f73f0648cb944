//! The page as a whole.

use super::MOST_BYTES;
use super::cards::{Offered, family, pair};
use super::charts::{bar, columns};
use super::count::{ByName, Counted, MOST_LOST, STEPS, Tally};
use super::families::SHOWN as FAMILIES;
use super::pairs::{OF_ONE, SAMPLE, SHOWN as PAIRS};
use super::run::RunStats;
use super::samples::Samples;
use crate::amounts::{count, digits, share, size};
use crate::paint::{excerpt, visible};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::collections::BTreeSet;
use std::path::Path;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");
/// What the page may load and run: these two and nothing else. `tests/it/cli_report.rs` says what the hashes must be.
const POLICY: &str = "default-src 'none'; style-src 'sha256-JgK9bnZSKLqTyf5Axig0d+8x5vh+ajdv2++AuxJ+2NE='; \
script-src 'sha256-2TtxwRpBhEyZrtN6/Je9ZV/zHwu07IOuCa4UVgB9YsE='; base-uri 'none'; form-action 'none'";

/// Bytes that may be taken by families, and by pairs.
const MOST_FAMILIES: usize = MOST_BYTES * 45 / 100;
const MOST_PAIRS: usize = MOST_BYTES * 45 / 100;
/// Rows of a table that are seen at once.
const ROWS: usize = 8;
/// Rows of a table in all.
const MOST_ROWS: usize = 100;
/// Families that are seen at once.
const FIRST_FAMILIES: usize = 6;
/// Characters of a setting or a message.
const MOST_VALUE: usize = 200;

pub(super) fn render(removed: &Path, counted: &Counted, run: Option<&RunStats>, samples: &Samples) -> Markup {
    let mut offered = Offered::default();
    let families = families(counted, samples, &mut offered);
    let pairs = pairs(counted, samples, &mut offered);
    let name = removed.file_name().unwrap_or(removed.as_os_str()).to_string_lossy();
    let name = excerpt(&name, MOST_VALUE);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { "Removed by redite: " (name) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#families" { "Skip to the most repeated texts" }
                header {
                    h1 { "What redite removed" }
                    p.sub { (subtitle(&name, counted, run)) }
                }
                main {
                    (figures(counted, run))
                    div.grid {
                        div {
                            @if let Some(run) = run.filter(|run| !run.languages.is_empty()) { (languages(run)) }
                            (kinds(counted))
                            (skipped(counted, run))
                        }
                        @if counted.all.near > 0 {
                            div {
                                (similarities(counted))
                                (lost(counted))
                            }
                        }
                        div {
                            (files(counted))
                            (settings(counted))
                        }
                    }
                    @if samples.len() > 0 { (filters(&offered)) }
                    (families)
                    (pairs)
                }
                footer { (footer(counted)) }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

fn subtitle(name: &str, counted: &Counted, run: Option<&RunStats>) -> Markup {
    let level = counted.header.as_ref().and_then(|header| header.settings.get("level"));
    html! {
        bdi { (name) }
        @if let Some(run) = run {
            " · " (count(run.articles, "article")) " in " (count(run.files, "file"))
        }
        @if let Some(level) = level.and_then(serde_json::Value::as_str) { " · level " (excerpt(level, 40)) }
        @match &counted.header {
            Some(header) => { " · redite " (excerpt(&header.program, 40)) }
            None => { " · redite 0.1" }
        }
    }
}

/// How much went.
fn figures(counted: &Counted, run: Option<&RunStats>) -> Markup {
    let all = counted.all;
    let units = all.units();
    let figure = |name: &str, value: String, more: String| {
        html! {
            div { dt { (name) } dd { strong { (value) } span { (more) } } }
        }
    };
    let kinds: Vec<String> = (counted.units.named.iter())
        .map(|(unit, tally)| count(tally.units(), &excerpt(unit, 20)))
        .collect();
    let kept = if all.equal + all.near == 0 && all.other > 0 {
        "Texts they repeat"
    } else {
        "Texts kept for them"
    };
    let of_units = |part| format!("{} of the units", share(part, units));
    html! {
        section aria-labelledby="how-much" {
            h2.vh #how-much { "How much" }
            dl.figures {
                @match run {
                    Some(run) => (figure(
                        "Removed text",
                        share(run.removed_bytes, run.text_bytes),
                        format!("{} of {} bytes", digits(run.removed_bytes), digits(run.text_bytes)),
                    )),
                    None => (figure("Removed text", size(all.bytes), count(all.bytes, "byte"))),
                }
                (figure("Removed units", digits(units), kinds.join(", ")))
                @if all.equal + all.near > 0 || units == 0 {
                    (figure("Equal", digits(all.equal), of_units(all.equal)))
                    (figure("Near", digits(all.near), of_units(all.near)))
                }
                @if all.other > 0 {
                    (figure("By other rules", digits(all.other), of_units(all.other)))
                }
                (figure(kept, digits(counted.kept), format!("{} each, on average", mean(units, counted.kept))))
            }
        }
    }
}

fn mean(units: u64, texts: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a mean for people")]
    let mean = units as f64 / texts.max(1) as f64;
    format!("{mean:.1} units")
}

/// A row of a table of bars.
struct Row {
    name: Markup,
    tally: Tally,
    /// Further cells.
    more: Vec<String>,
}

/// A table of bars: as long as the bytes say. `columns`: heads of the cells after the bar.
fn bars(id: &str, title: &str, head: &str, heads: &[&str], rows: &[Row], after: &Markup) -> Markup {
    let most = rows.iter().map(|row| row.tally.bytes).max().unwrap_or_default();
    let table = |rows: &[Row], caption: &str| {
        html! {
            table.bars {
                caption.vh { (caption) }
                thead { tr {
                    th scope="col" { (head) }
                    td aria-hidden="true" {}
                    @for head in heads { th.number scope="col" { (head) } }
                } }
                tbody {
                    @for row in rows {
                        tr {
                            th scope="row" { (row.name) }
                            td.drawn aria-hidden="true" { (bar(&row.tally, [row.tally.bytes, most])) }
                            @for cell in &row.more { td.number { (cell) } }
                        }
                    }
                }
            }
        }
    };
    let (first, rest) = rows.split_at(rows.len().min(ROWS));
    html! {
        section.card aria-labelledby=(id) {
            h2 #(id) { (title) }
            (table(first, title))
            @if !rest.is_empty() {
                details.more { summary { (count(rest.len() as u64, "more row")) } (table(rest, &format!("{title}, continued"))) }
            }
            (after)
        }
    }
}

fn legend(other: bool) -> Markup {
    html! {
        p.legend {
            span.key.equal { "equal" } span.key.near { "near" }
            @if other { span.key.other { "other rules" } }
            "Length: removed bytes."
        }
    }
}

fn languages(run: &RunStats) -> Markup {
    let mut languages: Vec<_> = run
        .languages
        .iter()
        .filter(|(_, share)| share.removed_bytes > 0)
        .collect();
    languages.sort_by_key(|(code, share)| (std::cmp::Reverse(share.removed_bytes), code.as_str()));
    let clean = run.languages.len() - languages.len();
    let rows: Vec<Row> = (languages.iter().take(MOST_ROWS))
        .map(|(code, of)| Row {
            name: html! { span data-code=(excerpt(code, 20)) { (excerpt(code, 20)) } },
            tally: Tally {
                equal: of.removed_equal,
                near: of.removed_near,
                other: 0,
                bytes: of.removed_bytes,
            },
            more: vec![
                digits(of.removed_equal + of.removed_near),
                share(of.removed_bytes, of.text_bytes),
            ],
        })
        .collect();
    let after = html! {
        (legend(false))
        @if clean > 0 { p.note { "Nothing was removed in " (count(clean as u64, "other language")) "." } }
    };
    bars(
        "languages",
        "By language",
        "Language",
        &["Units", "Of its text"],
        &rows,
        &after,
    )
}

fn files(counted: &Counted) -> Markup {
    let files = &counted.files;
    let mut rows: Vec<Row> = (files.top.iter())
        .map(|(name, tally)| Row {
            name: html! { bdi.file { (tail(files.folder.short(name))) } },
            tally: *tally,
            more: vec![digits(tally.units()), size(tally.bytes)],
        })
        .collect();
    if files.others.units() > 0 {
        rows.push(Row {
            name: html! { em { (count(files.touched - files.top.len() as u64, "other file")) } },
            tally: files.others,
            more: vec![digits(files.others.units()), size(files.others.bytes)],
        });
    }
    let untouched = u64::from(files.count).saturating_sub(files.touched);
    let after = html! {
        @if !files.folder.name().is_empty() {
            p.note { "Names are below " code { bdi { (tail(files.folder.name())) } } }
        }
        @if untouched > 0 { p.note { "Nothing was removed from " (count(untouched, "other file")) "." } }
    };
    bars("files", "By file", "File", &["Units", "Text"], &rows, &after)
}

/// The end of a name, which tells more than its beginning.
fn tail(name: &str) -> String {
    let skipped = name.chars().count().saturating_sub(MOST_VALUE);
    let end: String = name.chars().skip(skipped).collect();
    let mark = if skipped > 0 { "…" } else { "" };
    format!("{mark}{}", visible(&end))
}

fn kinds(counted: &Counted) -> Markup {
    let rows = |names: &ByName| -> Vec<Row> {
        let row = |name: String, tally: Tally| Row {
            name: html! { bdi { (name) } },
            tally,
            more: vec![digits(tally.units()), size(tally.bytes)],
        };
        let named = names.named.iter().map(|(name, tally)| row(excerpt(name, 40), *tally));
        let others = (names.others.units() > 0).then(|| row("all others".to_owned(), names.others));
        named.chain(others).collect()
    };
    let after = html! {
        @if counted.reprints > 0 {
            p.note { (count(counted.reprints, "unit")) " went because paragraphs beside both texts repeat one another (reprint)." }
        }
    };
    let none = html! {};
    html! {
        (bars("units", "By unit", "Unit", &["Units", "Text"], &rows(&counted.units), &after))
        @if counted.fields.named.len() > 1 {
            (bars("fields", "By field", "Field", &["Units", "Text"], &rows(&counted.fields), &none))
        }
        @if counted.all.other > 0 {
            (bars("rules", "By rule", "Rule", &["Units", "Text"], &rows(&counted.rules), &none))
        }
    }
}

fn similarities(counted: &Counted) -> Markup {
    let first = counted
        .similarity
        .iter()
        .position(|count| *count > 0)
        .unwrap_or_default();
    // at a tenth
    let first = first / 5 * 5;
    let shown = &counted.similarity[first..];
    let label = |step: usize| {
        format!(
            "{:.1}",
            f64::from(u32::try_from(step).unwrap_or_default()) * 2.0 / 100.0
        )
    };
    let ticks: Vec<_> = (first..=STEPS)
        .filter(|step| step % 5 == 0)
        .map(|step| (step - first, label(step)))
        .collect();
    let range = |step: usize| format!("{:.2} to {:.2}", step_value(step), step_value(step + 1));
    html! {
        section.card aria-labelledby="similarity" {
            h2 #similarity { "Similarity of near repeats" }
            (columns(shown, &ticks, &format!("Columns: {} near units by similarity; the figures are in the table below", digits(counted.all.near))))
            details.more {
                summary { "As a table" }
                table {
                    caption.vh { "Near units by similarity" }
                    thead { tr { th scope="col" { "Similarity" } th.number scope="col" { "Units" } } }
                    tbody {
                        @for (i, count) in shown.iter().enumerate() {
                            @if *count > 0 {
                                tr { th scope="row" { (range(first + i)) } td.number { (digits(*count)) } }
                            }
                        }
                    }
                }
            }
            p.note { "Equal units have similarity 1 and are not drawn." }
        }
    }
}

fn step_value(step: usize) -> f64 {
    f64::from(u32::try_from(step).unwrap_or_default()) * 2.0 / 100.0
}

fn lost(counted: &Counted) -> Markup {
    let rows: Vec<Row> = (counted.lost.iter().enumerate())
        .filter(|(_, count)| **count > 0)
        .map(|(words, units)| Row {
            name: html! {
                @if words == 0 { "none" }
                @else if words == MOST_LOST { (words) " or more" }
                @else { (words) }
            },
            tally: Tally {
                near: *units,
                bytes: *units,
                ..Tally::default()
            },
            more: vec![digits(*units), share(*units, counted.all.near)],
        })
        .collect();
    let after = html! {
        p.note { "Words and numbers of a near repeat that the kept text does not have." }
    };
    bars(
        "lost",
        "What is lost",
        "Words lost",
        &["Near units", "Share"],
        &rows,
        &after,
    )
}

fn settings(counted: &Counted) -> Markup {
    const ORDER: [&str; 8] = [
        "level",
        "threshold",
        "similarity",
        "unit",
        "scope",
        "keep",
        "min_tokens",
        "paragraphs",
    ];
    let Some(header) = &counted.header else {
        return html! {};
    };
    let mut all: Vec<_> = header
        .settings
        .iter()
        .filter(|(_, value)| !value.is_null())
        .take(MOST_ROWS)
        .collect();
    all.sort_by_key(|(name, _)| ORDER.iter().position(|other| other == name).unwrap_or(ORDER.len()));
    html! {
        section.card aria-labelledby="settings" {
            h2 #settings { "Settings" }
            dl.settings {
                @for (name, value) in all {
                    div {
                        dt { (excerpt(name, 40)) }
                        dd {
                            @match value {
                                serde_json::Value::String(text) => bdi { (excerpt(text, MOST_VALUE)) },
                                other => (excerpt(&other.to_string(), MOST_VALUE)),
                            }
                        }
                    }
                }
                div { dt { "text fields" } dd { bdi { (excerpt(&header.text_fields.join(", "), MOST_VALUE)) } } }
            }
        }
    }
}

/// What was not read or not compared.
fn skipped(counted: &Counted, run: Option<&RunStats>) -> Markup {
    let Some(run) = run else {
        return html! {
            section.card aria-labelledby="skipped" {
                h2 #skipped { "Skipped or broken" }
                @if counted.files.copied > 0 { p { (count(counted.files.copied, "file")) " could not be read and went through unchanged." } }
                @if counted.dropped > 0 { p { (count(counted.dropped, "record")) " had no text left and went." } }
                p.note { "Give --stats to see shares of the text, languages, and what was not compared." }
            }
        };
    };
    let notes = run.notes();
    html! {
        section.card aria-labelledby="skipped" {
            h2 #skipped { "Skipped or broken" }
            @if notes.is_empty() && run.not_compared.is_empty() { p { "Nothing." } }
            @if !notes.is_empty() {
                table {
                    caption.vh { "What was not as expected" }
                    tbody {
                        @for (count, what) in notes {
                            tr { td.number { (digits(count)) } th scope="row" { (what) } }
                        }
                    }
                }
            }
            @if !run.not_compared.is_empty() {
                details.more {
                    summary { (count(run.not_compared.len() as u64, "file")) " not compared" }
                    ul {
                        @for file in run.not_compared.iter().take(MOST_ROWS) {
                            li { bdi { (tail(&file.file)) } ": " (excerpt(&file.why, MOST_VALUE)) @if !file.copied { " (not copied)" } }
                        }
                    }
                    @if run.not_compared.len() > MOST_ROWS { p.note { "Shown are the first " (MOST_ROWS) "." } }
                }
            }
        }
    }
}

fn filters(offered: &Offered) -> Markup {
    let select = |name: &str, title: &str, options: Vec<(String, String)>| {
        let id = format!("filter-{name}");
        html! {
            @if options.len() > 1 {
                div {
                    label for=(id) { (title) }
                    select #(id) data-filter=(name) {
                        option value="" { "all" }
                        @for (value, shown) in options { option value=(value) { (shown) } }
                    }
                }
            }
        }
    };
    let words = |set: &BTreeSet<String>| set.iter().map(|word| (word.clone(), word.clone())).collect();
    let files = (0..)
        .zip(&offered.files)
        .map(|(i, file): (usize, _)| (i.to_string(), file.clone()));
    html! {
        div.filters #filters role="search" aria-label="Filter the texts below" hidden {
            div.search { label for="search" { "Search" } input #search type="search" autocomplete="off" spellcheck="false"; }
            (select("rules", "Rule", words(&offered.rules)))
            (select("units", "Unit", words(&offered.units)))
            (select("langs", "Language", words(&offered.languages)))
            (select("files", "File", files.collect()))
            div.keys { label { input #keys type="checkbox" checked; " Single-key shortcuts" } }
            p #matches role="status" {}
        }
    }
}

/// Cards as long as there is room.
fn fitting(cards: impl Iterator<Item = Markup>, most: usize) -> Vec<Markup> {
    let mut left = most;
    let mut fitting = Vec::new();
    for card in cards {
        match left.checked_sub(card.0.len()) {
            Some(rest) => left = rest,
            None => break,
        }
        fitting.push(card);
    }
    fitting
}

fn families(counted: &Counted, samples: &Samples, offered: &mut Offered) -> Markup {
    let folder = &counted.files.folder;
    let cards = counted.families.iter().map(|one| family(one, samples, folder, offered));
    let cards = fitting(cards, MOST_FAMILIES);
    let (first, rest) = cards.split_at(cards.len().min(FIRST_FAMILIES));
    let list = |cards: &[Markup], start: usize| {
        html! { ol.families start=(start) { @for card in cards { li { (card) } } } }
    };
    html! {
        section #families aria-labelledby="families-title" {
            h2 #families-title { "Most repeated texts" }
            @if cards.is_empty() { p { "No text was repeated." } }
            @else {
                p.intro {
                    "The " (digits(cards.len() as u64)) " of " (digits(counted.kept)) " kept texts with most removed repeats. Open one to see how \
                    the repeats were worded and where the first of each stood. " (diff_legend())
                }
                (list(first, 1))
                @if !rest.is_empty() {
                    details.more.rest {
                        summary { (count(rest.len() as u64, "more text")) }
                        (list(rest, first.len() + 1))
                    }
                }
            }
        }
    }
}

fn diff_legend() -> Markup {
    html! {
        span.legend { ins { "marked" } " stands in the removed text only; " del { "struck out" } " in the kept text only." }
    }
}

fn pairs(counted: &Counted, samples: &Samples, offered: &mut Offered) -> Markup {
    let folder = &counted.files.folder;
    let chosen = &counted.pairs;
    let sorts = [
        (
            "Least similar",
            "Near repeats with the lowest similarity, the lowest first.",
            &chosen.lowest,
        ),
        (
            "Most words lost",
            "Those with which most words are lost, the most first.",
            &chosen.most_lost,
        ),
        (
            "Sample",
            "A sample of the others, without regard to what they say.",
            &chosen.sample,
        ),
    ];
    let mut left = MOST_PAIRS;
    let mut number = 0;
    let groups: Vec<_> = (sorts.into_iter())
        .map(|(title, what, lines)| {
            let cards = lines.iter().filter_map(|line| samples.get(*line)).map(|sample| {
                number += 1;
                pair(number, sample, folder, offered)
            });
            let cards = fitting(cards, left);
            left -= cards.iter().map(|card| card.0.len()).sum::<usize>();
            (title, what, cards)
        })
        .collect();
    let is_near = counted.all.near > 0;
    html! {
        section #pairs aria-labelledby="pairs-title" {
            h2 #pairs-title { @if is_near { "Near repeats to judge" } @else { "Removed with a difference" } }
            @if groups.iter().all(|(_, _, cards)| cards.is_empty()) { p { "Nothing was removed that differs in a word." } }
            @else {
                p.intro { @if is_near { "Was each removal right? " } (diff_legend()) }
                @if is_near { (labels()) }
                @for (title, what, cards) in groups {
                    @if !cards.is_empty() {
                        div.group {
                            h3 { (title) }
                            p.note { (what) }
                            @for card in cards { (card) }
                        }
                    }
                }
            }
        }
    }
}

/// Where labels are counted and taken from; the script fills it.
fn labels() -> Markup {
    html! {
        div #labels.labels hidden {
            p { span #judged role="status" {} " · " a #download download="labels.jsonl" href="#labels" { "Download labels.jsonl" } }
            details {
                summary { "Labels as text, and keys" }
                p { "Labels are for " code { "redite evaluate --labels labels.jsonl" } ", which measures settings by them." }
                textarea #lines readonly rows="6" aria-label="Labels as JSON Lines" {}
                p.note {
                    "Keys: " kbd { "j" } " and " kbd { "k" } " go to the next and the previous pair; on a pair, " kbd { "r" } ", "
                    kbd { "w" } " and " kbd { "a" } " mark it right, wrong and arguable; " kbd { "/" } " goes to the search."
                }
            }
        }
    }
}

fn footer(counted: &Counted) -> Markup {
    html! {
        h2 { "How this page was made" }
        p {
            "The figures count all " (count(counted.all.units(), "removed unit")) ". Of the texts a choice is shown, by these rules: the "
            (FAMILIES) " kept texts with most repeats, each with its most frequent wordings; of near repeats up to " (PAIRS)
            " with the lowest similarity, " (PAIRS) " with most lost words, and " (SAMPLE)
            " with the lowest hash of their texts; each pair of texts once, and " (OF_ONE) " pairs of one kept text in each list. \
            Fewer are shown where the page would be longer than " (size(MOST_BYTES as u64)) ". Long texts are cut short. \
            Languages of single texts are detected, and may be wrong for short ones. Control characters and marks that change the direction of \
            writing are shown as codes. The page loads nothing, and the same input gives the same page."
        }
    }
}
