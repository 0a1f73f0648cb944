//! The paragraphs of one language, and what is put between and into them.

use super::Plan;
use crate::evaluate::base::{COPIED, Paragraph, Shelf, shuffled};
use crate::evaluate::edits::{Edited, Grade, Source, Vocabulary, edit};
use crate::evaluate::random::Random;
use crate::evaluate::text::Reader;
use redite::segment::{Language, sentences};
use redite::{Keep, Span, UnitKind};
use std::ops::{Range, RangeInclusive};

/// Words of a sentence that is copied.
const SENTENCE: RangeInclusive<usize> = 10..=60;
/// Paragraphs that are asked to take a sentence in before the next sentence is tried.
const ASKED: usize = 30;

/// A copy with its source: paragraph, and bytes in it.
#[derive(Debug)]
pub(super) struct Plant {
    pub(super) kind: UnitKind,
    pub(super) grade: Grade,
    pub(super) edited: f64,
    pub(super) source: (usize, Span),
    pub(super) copy: (usize, Span),
    /// Bytes whose removal loses a fact, in the same way; those of the source first.
    pub(super) facts: Vec<(usize, Span)>,
}

impl Plant {
    /// All that moves when something is put in before it.
    fn spots(&mut self) -> impl Iterator<Item = &mut (usize, Span)> {
        [&mut self.source, &mut self.copy].into_iter().chain(&mut self.facts)
    }
}

#[derive(Debug)]
struct Cell {
    text: String,
    /// Its own sentences, without one that it took in.
    sentences: Vec<Span>,
    words: usize,
    row: usize,
    copied: bool,
    sentence_copied: bool,
    /// It took a sentence in, or is a copy.
    closed: bool,
    /// From which paragraph it took one. It gives none back: the two would be versions of one another.
    guest_from: Option<usize>,
}

/// The paragraphs of one language by their numbers, and for each article the numbers of its own.
#[derive(Debug)]
pub(super) struct Bed {
    language: Language,
    cells: Vec<Cell>,
    rows: Vec<Vec<usize>>,
    heads: Vec<(u64, String)>,
    donors: Vec<Paragraph>,
    vocabulary: Vocabulary,
    /// In which order paragraphs are asked to take a sentence in.
    hosts: Vec<usize>,
    own_article: bool,
}

impl Bed {
    pub(super) fn new(shelf: Shelf, own_article: bool, plan: &Plan) -> Self {
        let (mut cells, mut rows, mut heads) = (Vec::new(), Vec::new(), Vec::new());
        for (row, article) in shelf.articles.into_iter().enumerate() {
            let first = cells.len();
            cells.extend(article.paragraphs.into_iter().map(|paragraph| Cell {
                text: paragraph.text,
                sentences: paragraph.sentences,
                words: paragraph.words,
                row,
                copied: false,
                sentence_copied: false,
                closed: false,
                guest_from: None,
            }));
            rows.push((first..cells.len()).collect());
            heads.push((article.number, article.id));
        }
        let mut donors = shelf.donors;
        plan.random(shelf.language, &["donors"]).shuffle(&mut donors);
        Self {
            hosts: shuffled(cells.len(), plan.random(shelf.language, &["hosts"])),
            language: shelf.language,
            cells,
            rows,
            heads,
            donors,
            vocabulary: shelf.vocabulary,
            own_article,
        }
    }

    /// Number of paragraphs, copies included.
    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    /// The places of the articles in the input.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u64> {
        self.heads.iter().map(|head| head.0)
    }

    /// True if a paragraph took a sentence in.
    pub(super) fn is_host(&self, cell: usize) -> bool {
        self.cells[cell].guest_from.is_some()
    }

    pub(super) fn id(&self, row: usize) -> &str {
        &self.heads[row].1
    }

    /// The text of an article; `place` is told where each paragraph begins.
    pub(super) fn compose(&self, row: usize, mut place: impl FnMut(usize, u32)) -> String {
        let mut out = String::new();
        for (i, &cell) in self.rows[row].iter().enumerate() {
            if i > 0 {
                out.push_str("\n\n");
            }
            place(cell, narrow(out.len()));
            out.push_str(&self.cells[cell].text);
        }
        out
    }

    /// Copies paragraph `cell`, or a sentence of it, if it can be edited to the grade and there is a place for it.
    pub(super) fn plant(
        &mut self,
        kind: UnitKind,
        grade: Grade,
        cell: usize,
        plan: &Plan,
        reader: &mut Reader,
        plants: &mut [Plant],
    ) -> Option<Plant> {
        // That a fact is lost depends on who is decided first.
        let first = grade == Grade::TrapFacts;
        if first && plan.settings.keep() != Keep::First {
            return None;
        }
        let labels = ["edit", &kind.to_string(), grade.name(), &cell.to_string()];
        let mut random = plan.random(self.language, &labels);
        match kind {
            UnitKind::Paragraph => self.plant_paragraph(grade, cell, first, reader, &mut random),
            UnitKind::Sentence => self.plant_sentence(grade, cell, first, reader, &mut random, plants),
        }
    }

    fn plant_paragraph(
        &mut self,
        grade: Grade,
        cell: usize,
        first: bool,
        reader: &mut Reader,
        random: &mut Random,
    ) -> Option<Plant> {
        let source = &self.cells[cell];
        if source.copied || source.sentence_copied || source.closed || source.words < COPIED {
            return None;
        }
        let (row, place) = self.place(cell, first, random)?;
        let donor = match grade.needs_donor() {
            true => Some(self.donors.iter().rposition(|d| 3 * d.words >= 2 * source.words)?),
            false => None,
        };
        let piece = Source {
            kind: UnitKind::Paragraph,
            text: &source.text,
            sentences: &source.sentences,
            donor: donor.map_or("", |i| &self.donors[i].text),
        };
        let copy = edit(grade, &piece, &self.vocabulary, reader, random)?;
        let whole = |text: &str| Span::new(0, narrow(text.len()));
        let (source, target) = ((cell, whole(&source.text)), (self.cells.len(), whole(&copy.text)));
        let plant = Plant {
            kind: UnitKind::Paragraph,
            grade,
            edited: copy.share,
            source,
            copy: target,
            facts: facts(&copy, source, target),
        };
        if let Some(i) = donor {
            self.donors.remove(i);
        }
        self.cells[cell].copied = true;
        self.rows[row].insert(place, self.cells.len());
        self.cells.push(Cell {
            text: copy.text,
            sentences: Vec::new(),
            words: 0,
            row,
            copied: true,
            sentence_copied: false,
            closed: true,
            guest_from: None,
        });
        Some(plant)
    }

    /// An article for the copy of a paragraph, and a place in it; before the source if it must come first.
    fn place(&self, cell: usize, first: bool, random: &mut Random) -> Option<(usize, usize)> {
        let own = self.cells[cell].row;
        if self.own_article {
            let row = &self.rows[own];
            let end = if first {
                row.iter().position(|&c| c == cell)?
            } else {
                row.len()
            };
            return Some((own, random.below(end + 1)));
        }
        let row = match (first, own) {
            (true, 0) => return None,
            (true, _) => random.below(own),
            (false, _) => {
                let other = random.below(self.rows.len() - 1);
                other + usize::from(other >= own)
            }
        };
        Some((row, random.below(self.rows[row].len() + 1)))
    }

    fn plant_sentence(
        &mut self,
        grade: Grade,
        cell: usize,
        first: bool,
        reader: &mut Reader,
        random: &mut Random,
        plants: &mut [Plant],
    ) -> Option<Plant> {
        let paragraph = &self.cells[cell];
        if paragraph.copied || paragraph.sentence_copied {
            return None;
        }
        let fits = |reader: &mut Reader, text: &str| SENTENCE.contains(&reader.length(text));
        let fitting: Vec<Span> = paragraph
            .sentences
            .iter()
            .filter(|s| fits(reader, &paragraph.text[s.range()]))
            .copied()
            .collect();
        let span = *random.pick(&fitting)?;
        let text = paragraph.text[span.range()].to_owned();
        let donor = if grade.needs_donor() {
            Some(self.donor_sentence(&text, reader)?)
        } else {
            None
        };
        let piece = Source {
            kind: UnitKind::Sentence,
            text: &text,
            sentences: &[],
            donor: donor.as_ref().map_or("", |d| &d.1),
        };
        let copy = edit(grade, &piece, &self.vocabulary, reader, random)?;
        let (host, next) = self.host(cell, &text, first, random)?;
        if let Some((i, _)) = donor {
            self.donors.remove(i);
        }
        self.cells[cell].sentence_copied = true;
        let at = self.cells[host].sentences[next].start;
        let (text, long) = inserted(&self.cells[host], next, &copy.text);
        self.cells[host].text = text;
        self.cells[host].closed = true;
        self.cells[host].guest_from = Some(cell);
        let shift = |span: &mut Span| {
            if span.start >= at {
                *span = span.shifted(long);
            }
        };
        self.cells[host].sentences.iter_mut().for_each(shift);
        let spots = plants.iter_mut().flat_map(Plant::spots);
        spots
            .filter(|(cell, _)| *cell == host)
            .for_each(|(_, span)| shift(span));
        let (source, target) = ((cell, span), (host, Span::new(at, at + narrow(copy.text.len()))));
        Some(Plant {
            kind: UnitKind::Sentence,
            grade,
            edited: copy.share,
            source,
            copy: target,
            facts: facts(&copy, source, target),
        })
    }

    /// The last donor with a sentence long enough to go with `text`, and that.
    fn donor_sentence(&self, text: &str, reader: &mut Reader) -> Option<(usize, String)> {
        let least = (2 * reader.length(text)).div_ceil(3).max(*SENTENCE.start());
        self.donors.iter().enumerate().rev().find_map(|(i, donor)| {
            let mut texts = donor.sentences.iter().map(|s| &donor.text[s.range()]);
            let text = texts.find(|text| (least..=*SENTENCE.end()).contains(&reader.length(text)))?;
            Some((i, text.to_owned()))
        })
    }

    /// A paragraph that takes a sentence in, and before which of its sentences: one in which the sentence as it stood
    /// at home would be cut as one. What the edited copy is cut into is not asked.
    fn host(&self, cell: usize, sentence: &str, first: bool, random: &mut Random) -> Option<(usize, usize)> {
        let (start, source) = (random.below(self.hosts.len()), &self.cells[cell]);
        let place = |c: usize| self.rows[self.cells[c].row].iter().position(|&other| other == c);
        let open = |&host: &usize| {
            let candidate = &self.cells[host];
            let earlier = || candidate.row < source.row || candidate.row == source.row && place(host) < place(cell);
            !candidate.copied
                && !candidate.closed
                && candidate.sentences.len() > 1
                && host != cell
                && source.guest_from != Some(host)
                && (candidate.row == source.row) == self.own_article
                && (!first || earlier())
        };
        let round = || {
            self.hosts[start..]
                .iter()
                .chain(&self.hosts[..start])
                .copied()
                .filter(open)
        };
        // those that gave no sentence first, as for sources
        let (gave, gave_none) = (
            |c: &usize| self.cells[*c].sentence_copied,
            |c: &usize| !self.cells[*c].sentence_copied,
        );
        for host in round()
            .filter(gave_none)
            .take(ASKED)
            .chain(round().filter(gave).take(ASKED))
        {
            let candidate = &self.cells[host];
            let next = 1 + random.below(candidate.sentences.len() - 1);
            let (text, _) = inserted(candidate, next, sentence);
            let mut found = Vec::new();
            sentences(&text, self.language, &mut found);
            let mut expected: Vec<&str> = candidate.sentences.iter().map(|s| &candidate.text[s.range()]).collect();
            expected.insert(next, sentence);
            if found.iter().map(|s| &text[s.range()]).eq(expected) {
                return Some((host, next));
            }
        }
        None
    }
}

/// The bytes of a pair that are facts.
fn facts(copy: &Edited, source: (usize, Span), target: (usize, Span)) -> Vec<(usize, Span)> {
    let sides = [source, target].into_iter().zip(&copy.facts);
    let spans = sides.flat_map(|((cell, unit), ranges)| {
        let spot = move |range: &Range<usize>| {
            let span = Span::new(narrow(range.start), narrow(range.end));
            (cell, span.shifted(unit.start))
        };
        ranges.iter().map(spot)
    });
    spans.collect()
}

/// The text of a paragraph with a sentence before the `next` of its own, and how much longer it is.
fn inserted(cell: &Cell, next: usize, sentence: &str) -> (String, u32) {
    let gap = cell.sentences[next - 1].range().end..cell.sentences[next].range().start;
    let at = gap.end;
    let gap = &cell.text[gap];
    let text = [&cell.text[..at], sentence, gap, &cell.text[at..]].concat();
    (text, narrow(sentence.len() + gap.len()))
}

/// Texts are at most 4 GiB.
fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
