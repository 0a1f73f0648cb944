//! The paragraphs of one language, and what is put between and into them.

use super::Plan;
use crate::evaluate::base::{COPIED, Shelf, shuffled};
use crate::evaluate::edits::{added, edit};
use crate::evaluate::grade::Grade;
use crate::evaluate::random::Random;
use crate::evaluate::text::{introduces, joint, length, sentences};
use crate::evaluate::vocabulary::Vocabulary;
use redite::UnitKind;
use redite::segment::Language;
use std::ops::{Range, RangeInclusive};

/// Words of a sentence that is copied.
const SENTENCE: RangeInclusive<usize> = 10..=60;
/// Sentences of a paragraph that takes one in.
const HOST: usize = 3;
/// Words of a paragraph that is reprinted with its neighbours, and its sentences at most.
const REPRINTED: usize = 15;
const SENTENCES_REPRINTED: usize = 6;
/// The grades of three neighbours that are reprinted.
const REPRINT: [Grade; 3] = [Grade::Exact, Grade::Context, Grade::Edit5];
/// Places that are drawn for a copy until one is free, and paragraphs that are asked to take a sentence in.
const ASKED: usize = 30;

/// A copy with its source.
#[derive(Debug)]
pub(super) struct Plant {
    pub(super) kind: UnitKind,
    pub(super) grade: Grade,
    pub(super) share: f64,
    pub(super) source: Piece,
    pub(super) copy: Piece,
}

/// Bytes of a paragraph.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) cell: usize,
    pub(super) range: Range<usize>,
}

#[derive(Debug)]
struct Cell {
    text: String,
    words: usize,
    sentences: usize,
    row: usize,
    /// It was copied, or is a copy, or a sentence was taken from it or put into it: once is enough.
    used: bool,
    /// The paragraph before it introduces it: a copy of it would be half a text.
    introduced: bool,
    /// Of which reprint it is a part, on either side. Nothing is put into one.
    reprint: Option<usize>,
}

/// A paragraph that stands in no article.
#[derive(Debug)]
struct Donor {
    text: String,
    words: usize,
    /// A sentence of it can be put behind another paragraph.
    gives: bool,
}

/// The paragraphs of one language by their numbers, and for each article the numbers of its own.
#[derive(Debug)]
pub(super) struct Bed {
    language: Language,
    cells: Vec<Cell>,
    rows: Vec<Vec<usize>>,
    heads: Vec<(u64, String)>,
    donors: Vec<Donor>,
    vocabulary: Vocabulary,
    /// In which order paragraphs are asked to take a sentence in.
    hosts: Vec<usize>,
    own_article: bool,
}

impl Bed {
    pub(super) fn new(shelf: Shelf, own_article: bool, plan: &Plan) -> Self {
        let paragraphs = shelf
            .articles
            .iter()
            .map(|article| article.paragraphs.iter().map(String::as_str));
        let vocabulary = Vocabulary::new(shelf.language, paragraphs);
        let (mut cells, mut rows, mut heads) = (Vec::new(), Vec::new(), Vec::new());
        for (row, article) in shelf.articles.into_iter().enumerate() {
            let first = cells.len();
            let mut introduced = false;
            for text in article.paragraphs {
                let introduces = introduces(&text);
                cells.push(Cell {
                    words: length(&text),
                    sentences: sentences(&text).len(),
                    text,
                    row,
                    used: false,
                    introduced,
                    reprint: None,
                });
                introduced = introduces;
            }
            rows.push((first..cells.len()).collect());
            heads.push((article.number, article.id));
        }
        let donor = |text: String| Donor {
            words: length(&text),
            gives: added(&text).is_some(),
            text,
        };
        let mut donors: Vec<Donor> = shelf.donors.into_iter().map(donor).collect();
        plan.random(shelf.language, &["donors"]).shuffle(&mut donors);
        Self {
            hosts: shuffled(cells.len(), plan.random(shelf.language, &["hosts"])),
            language: shelf.language,
            cells,
            rows,
            heads,
            donors,
            vocabulary,
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

    pub(super) fn id(&self, row: usize) -> &str {
        &self.heads[row].1
    }

    /// The text of an article; `place` is told where each paragraph begins.
    pub(super) fn compose(&self, row: usize, mut place: impl FnMut(usize, usize)) -> String {
        let mut out = String::new();
        for (i, &cell) in self.rows[row].iter().enumerate() {
            if i > 0 {
                out.push_str("\n\n");
            }
            place(cell, out.len());
            out.push_str(&self.cells[cell].text);
        }
        out
    }

    /// Copies paragraph `cell`, or a sentence of it, if it can be edited to the grade and there is a place for it. None are
    /// the plants of one that cannot.
    pub(super) fn plant(&mut self, kind: UnitKind, grade: Grade, cell: usize, plan: &Plan) -> Vec<Plant> {
        let source = &self.cells[cell];
        if source.used || source.introduced {
            return Vec::new();
        }
        let labels = ["edit", &kind.to_string(), grade.name(), &cell.to_string()];
        let mut random = plan.random(self.language, &labels);
        let planted = match (kind, grade) {
            (UnitKind::Sentence, _) => self.plant_sentence(grade, cell, &mut random).map(|plant| vec![plant]),
            (UnitKind::Paragraph, Grade::Context) => self.plant_reprint(cell, &mut random),
            (UnitKind::Paragraph, _) => self.plant_paragraph(grade, cell, &mut random).map(|plant| vec![plant]),
        };
        planted.unwrap_or_default()
    }

    fn plant_paragraph(&mut self, grade: Grade, cell: usize, random: &mut Random) -> Option<Plant> {
        let Cell { text, words, .. } = &self.cells[cell];
        if *words < COPIED {
            return None;
        }
        let suits = |donor: &Donor| match grade {
            Grade::TrapAdded => donor.gives,
            _ => 3 * donor.words >= 2 * words,
        };
        let donor = match grade {
            Grade::TrapAdded | Grade::TrapHalf | Grade::TrapLead => Some(self.donors.iter().rposition(suits)?),
            _ => None,
        };
        let other = donor.map_or("", |i| &self.donors[i].text);
        let copy = edit(grade, UnitKind::Paragraph, text, other, &self.vocabulary, random)?;
        let (row, place) = self.place(cell, random)?;
        if let Some(i) = donor {
            self.donors.remove(i);
        }
        Some(self.put(grade, cell, copy.text, copy.share, (row, place)))
    }

    /// Three neighbours are copied together, and only the one in the middle says anything new: one other word.
    fn plant_reprint(&mut self, cell: usize, random: &mut Random) -> Option<Vec<Plant>> {
        let row = &self.rows[self.cells[cell].row];
        let at = row.iter().position(|&other| other == cell)?;
        let three = row.get(at.checked_sub(1)?..at + 2)?.to_vec();
        let mut copies = Vec::new();
        for (&one, grade) in three.iter().zip(REPRINT) {
            let source = &self.cells[one];
            let short = source.sentences <= SENTENCES_REPRINTED;
            if source.used || source.introduced || !short || source.words < REPRINTED {
                return None;
            }
            copies.push(edit(
                grade,
                UnitKind::Paragraph,
                &source.text,
                "",
                &self.vocabulary,
                random,
            )?);
        }
        // the paragraphs on both sides belong together; each side has a number of its own
        let sides = self.cells.len();
        for &one in &three {
            self.cells[one].reprint = Some(sides);
        }
        let (row, place) = self.place(cell, random)?;
        let mut out = Vec::new();
        for (i, ((one, grade), copy)) in three.into_iter().zip(REPRINT).zip(copies).enumerate() {
            let plant = self.put(grade, one, copy.text, copy.share, (row, place + i));
            self.cells[plant.copy.cell].reprint = Some(sides + 1);
            out.push(plant);
        }
        Some(out)
    }

    /// Puts a copy of paragraph `cell` at a place of a row.
    fn put(&mut self, grade: Grade, cell: usize, text: String, share: f64, (row, place): (usize, usize)) -> Plant {
        let copy = self.cells.len();
        let plant = Plant {
            kind: UnitKind::Paragraph,
            grade,
            share,
            source: Piece {
                cell,
                range: 0..self.cells[cell].text.len(),
            },
            copy: Piece {
                cell: copy,
                range: 0..text.len(),
            },
        };
        self.cells[cell].used = true;
        self.rows[row].insert(place, copy);
        self.cells.push(Cell {
            words: length(&text),
            sentences: sentences(&text).len(),
            text,
            row,
            used: true,
            introduced: false,
            reprint: None,
        });
        plant
    }

    /// An article for the copy of a paragraph, and a place in it: behind no introduction and in no reprint.
    fn place(&self, cell: usize, random: &mut Random) -> Option<(usize, usize)> {
        let own = self.cells[cell].row;
        let row = if self.own_article {
            own
        } else {
            let other = random.below(self.rows.len().checked_sub(1)?);
            other + usize::from(other >= own)
        };
        let cells = self.rows.get(row)?;
        let is_free = |place: &usize| {
            let Some(before) = place.checked_sub(1).map(|before| &self.cells[cells[before]]) else {
                return true;
            };
            let after = cells.get(*place).and_then(|after| self.cells[*after].reprint);
            !introduces(&before.text) && (after.is_none() || after != before.reprint)
        };
        let drawn = (0..ASKED).map(|_| random.below(cells.len() + 1)).find(is_free);
        Some((row, drawn.unwrap_or(0)))
    }

    fn plant_sentence(&mut self, grade: Grade, cell: usize, random: &mut Random) -> Option<Plant> {
        let text = &self.cells[cell].text;
        let all = sentences(text);
        let fitting: Vec<Range<usize>> = (0..all.len())
            .filter(|&i| SENTENCE.contains(&length(&text[all[i].clone()])))
            .filter(|&i| i == 0 || !introduces(&text[all[i - 1].clone()]))
            .map(|i| all[i].clone())
            .collect();
        let range = random.pick(&fitting)?.clone();
        let sentence = &text[range.clone()];
        let copy = edit(grade, UnitKind::Sentence, sentence, "", &self.vocabulary, random)?;
        let (host, at, text) = self.host(cell, &copy.text, random)?;
        self.cells[cell].used = true;
        self.cells[host].used = true;
        self.cells[host].text = text;
        Some(Plant {
            kind: UnitKind::Sentence,
            grade,
            share: copy.share,
            source: Piece { cell, range },
            copy: Piece {
                cell: host,
                range: at..at + copy.text.len(),
            },
        })
    }

    /// A paragraph of another article that takes a sentence in, where in it, and its text with it. All sentences must be cut
    /// there as they stand alone.
    fn host(&self, cell: usize, sentence: &str, random: &mut Random) -> Option<(usize, usize, String)> {
        if sentences(sentence).len() != 1 {
            return None;
        }
        let start = random.below(self.hosts.len());
        let (end, begin) = self.hosts.split_at_checked(start)?;
        let row = self.cells[cell].row;
        let is_open = |&&host: &&usize| {
            let candidate = &self.cells[host];
            let free = !candidate.used && !candidate.introduced && host != cell;
            free && candidate.sentences >= HOST && (candidate.row == row) == self.own_article
        };
        for &host in begin.iter().chain(end).filter(is_open).take(ASKED) {
            let text = &self.cells[host].text;
            let own = sentences(text);
            let next = 1 + random.below(own.len() - 1);
            let before = &text[own[next - 1].clone()];
            if introduces(before) {
                continue;
            }
            let gap = joint(text);
            let head = [&text[..own[next - 1].end], gap].concat();
            let at = head.len();
            let with = [&head, sentence, gap, &text[own[next].start..]].concat();
            let expected = own[..next].iter().map(|s| &text[s.clone()]);
            let expected = expected
                .chain([sentence])
                .chain(own[next..].iter().map(|s| &text[s.clone()]));
            if sentences(&with).into_iter().map(|s| &with[s]).eq(expected) {
                return Some((host, at, with));
            }
        }
        None
    }
}
