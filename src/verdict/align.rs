//! Where each token of a later text stands in an earlier one.
//!
//! Three steps. Common beginnings and ends are matched as they stand; if nothing else but a few tokens in one place is left,
//! that is all. **Tiles** are maximal runs that both texts have, of
//! [`LONG`] half words or more: the heaviest is matched first, wherever it stands (greedy string tiling, Wise 1993), so
//! that sentences and clauses may change places. In the **gaps** between tiles a longest common subsequence is matched
//! (Wagner and Fischer 1974), so that single words may not. What is matched nowhere stands in [`Region`]s.
//!
//! Cost: linear but for the gaps, where it is bounded by [`CELLS`] a gap; larger gaps are split at tokens that both
//! sides have once (patience diff), and what has none is left unmatched.

use super::pair::Token;
use crate::hash;
use crate::steps::looked;
use std::collections::HashMap;
use std::ops::Range;

/// Half words of a run that may stand elsewhere: six words, or twelve letters of a script without spaces.
pub(super) const LONG: u32 = 12;

/// Tokens of a place in which two texts differ, if it is the only one. Shorter than any tile.
pub(super) const PLACE: usize = 4;

/// Tokens by which runs are found.
const WINDOW: usize = 4;

/// Places of one window that are looked at: more of the same say nothing more.
const PLACES: usize = 32;

/// Cells of the table in which the longest common subsequence of a gap is sought.
const CELLS: usize = 1 << 14;

/// A token that is matched nowhere.
pub(super) const NOWHERE: u32 = u32::MAX;

/// Tokens of the later text that are matched nowhere, and tokens of the earlier one that are, in the same place. One of
/// both may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Region {
    /// Places in the later text.
    pub(super) later: Range<usize>,
    /// Places in the earlier text: after the token that matches the one before `later`, and before the one that matches
    /// the one after it. The same stretch if nothing has moved.
    pub(super) earlier: Vec<usize>,
}

/// The regions in which two texts differ, in the order of the later one; then those of the earlier text alone.
pub(super) fn regions(later: &[Token], earlier: &[Token]) -> Vec<Region> {
    looked(later.len() + earlier.len());
    let ends = Ends::of(later, earlier, |a, b| a.id == b.id);
    if ends.leave_one_place(later.len(), earlier.len()) {
        let later = ends.before..later.len() - ends.after;
        let earlier: Vec<usize> = (ends.before..earlier.len() - ends.after).collect();
        if later.is_empty() && earlier.is_empty() {
            return Vec::new();
        }
        return vec![Region { later, earlier }];
    }
    // a short one may belong to a run that has moved
    let long = |count: usize, tokens: &[Token]| {
        if weight(tokens) < LONG && count < later.len() {
            0
        } else {
            count
        }
    };
    let before = long(ends.before, &later[..ends.before]);
    let after = long(ends.after, &later[later.len() - ends.after..]);
    let (later_rest, earlier_rest) = (&later[before..], &earlier[before..]);
    let a = &later_rest[..later_rest.len() - after];
    let b = &earlier_rest[..earlier_rest.len() - after];
    let mut matches = Matches {
        places: vec![NOWHERE; a.len()],
        taken: vec![false; b.len()],
    };
    let tiles = tiles(a, b);
    for tile in &tiles {
        matches.run(tile.later, tile.earlier, tile.count);
    }
    matches.gaps(a, b, &tiles);
    let mut regions = matches.regions();
    for region in &mut regions {
        region.later = region.later.start + before..region.later.end + before;
        region.earlier.iter_mut().for_each(|place| *place += before);
    }
    regions
}

/// How many tokens two texts have in common at their beginnings, and how many of the others at their ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends {
    pub(super) before: usize,
    pub(super) after: usize,
}

impl Ends {
    pub(super) fn of<T>(later: &[T], earlier: &[T], is_same: impl Fn(&T, &T) -> bool) -> Self {
        let before = later.iter().zip(earlier).take_while(|(a, b)| is_same(a, b)).count();
        let backwards = later[before..].iter().rev().zip(earlier[before..].iter().rev());
        let after = backwards.take_while(|(a, b)| is_same(a, b)).count();
        Self { before, after }
    }

    /// True if texts of these lengths differ in one place only, in which no tile can be.
    fn leave_one_place(self, later: usize, earlier: usize) -> bool {
        let shared = self.before + self.after;
        later - shared <= PLACE && earlier - shared <= PLACE
    }
}

/// A run that both texts have.
#[derive(Clone, Copy, Debug)]
struct Tile {
    later: usize,
    earlier: usize,
    count: usize,
}

fn weight(tokens: &[Token]) -> u32 {
    tokens.iter().map(|token| u32::from(token.weight)).sum()
}

/// The runs to be matched, in the order of the later text.
fn tiles(a: &[Token], b: &[Token]) -> Vec<Tile> {
    if weight(a).min(weight(b)) < LONG {
        return Vec::new();
    }
    let key = |window: &[Token]| [window[0].id, window[1].id, window[2].id, window[3].id];
    let mut places: HashMap<[u32; WINDOW], Vec<usize>, ahash::RandomState> = HashMap::with_hasher(hash::map_state());
    for (at, window) in b.windows(WINDOW).enumerate() {
        let places = places.entry(key(window)).or_default();
        if places.len() < PLACES {
            places.push(at);
        }
    }
    // maximal runs, each found at its first window
    let mut runs: Vec<(u32, Tile)> = Vec::new();
    // for each difference of places, up to where a run is known
    let mut known: HashMap<usize, usize, ahash::RandomState> = HashMap::with_hasher(hash::map_state());
    for (at, window) in a.windows(WINDOW).enumerate() {
        for &place in places.get(&key(window)).into_iter().flatten() {
            looked(1);
            let diagonal = at + b.len() - place;
            if known.get(&diagonal).is_some_and(|&end| at < end) {
                continue;
            }
            let same = a[at..].iter().zip(&b[place..]).take_while(|(x, y)| x.id == y.id);
            let count = same.count();
            looked(count);
            known.insert(diagonal, at + count);
            let weight = weight(&a[at..at + count]);
            if weight >= LONG {
                let tile = Tile {
                    later: at,
                    earlier: place,
                    count,
                };
                runs.push((weight, tile));
            }
        }
    }
    runs.sort_by_key(|(weight, tile)| (std::cmp::Reverse(*weight), tile.later, tile.earlier));
    let (mut free_a, mut free_b) = (vec![true; a.len()], vec![true; b.len()]);
    let mut out: Vec<Tile> = Vec::new();
    for (_, run) in runs {
        // of a run that others overlap, its longest free stretch
        let mut best = run.later..run.later;
        let mut start = None;
        for i in 0..=run.count {
            let is_free = i < run.count && free_a[run.later + i] && free_b[run.earlier + i];
            match (start, is_free) {
                (None, true) => start = Some(i),
                (Some(from), false) => {
                    if i - from > best.len() {
                        best = run.later + from..run.later + i;
                    }
                    start = None;
                }
                _ => {}
            }
        }
        looked(run.count);
        if weight(&a[best.clone()]) < LONG {
            continue;
        }
        let tile = Tile {
            later: best.start,
            earlier: run.earlier + (best.start - run.later),
            count: best.len(),
        };
        free_a[best].fill(false);
        free_b[tile.earlier..tile.earlier + tile.count].fill(false);
        out.push(tile);
    }
    out.sort_unstable_by_key(|tile| tile.later);
    out
}

/// What is matched so far.
struct Matches {
    /// For each token of the later text, the place of the one it matches.
    places: Vec<u32>,
    /// For each token of the earlier text, whether it is matched.
    taken: Vec<bool>,
}

impl Matches {
    fn run(&mut self, later: usize, earlier: usize, count: usize) {
        for i in 0..count {
            self.one(later + i, earlier + i);
        }
    }

    fn one(&mut self, later: usize, earlier: usize) {
        self.places[later] = u32::try_from(earlier).unwrap_or(NOWHERE);
        self.taken[earlier] = true;
    }

    /// Matches what stands between tiles.
    fn gaps(&mut self, a: &[Token], b: &[Token], tiles: &[Tile]) {
        let mut starts: Vec<(usize, usize)> = tiles.iter().map(|tile| (tile.earlier, tile.count)).collect();
        starts.sort_unstable();
        // the gap of the earlier text that begins, or ends, at a place
        let after = |place: usize| {
            let next = starts.partition_point(|tile| tile.0 < place);
            place..starts.get(next).map_or(b.len(), |tile| tile.0)
        };
        let before = |place: usize| {
            let last = starts.partition_point(|tile| tile.0 + tile.1 <= place).checked_sub(1);
            last.map_or(0, |last| starts[last].0 + starts[last].1)..place
        };
        let mut previous: Option<Tile> = None;
        for tile in tiles.iter().copied().map(Some).chain([None]) {
            let from = previous.map_or(0, |tile| tile.later + tile.count);
            let to = tile.map_or(a.len(), |tile| tile.later);
            let left = after(previous.map_or(0, |tile| tile.earlier + tile.count));
            let right = before(tile.map_or(b.len(), |tile| tile.earlier));
            let mut stretch: Vec<usize> = left.clone().collect();
            if right != left {
                stretch.extend(right);
                stretch.sort_unstable();
                stretch.dedup();
            }
            stretch.retain(|&place| !self.taken[place]);
            self.gap(a, from..to, b, &stretch);
            previous = tile;
        }
    }

    /// Matches a stretch of the later text with places of the earlier one, both in order.
    fn gap(&mut self, a: &[Token], later: Range<usize>, b: &[Token], earlier: &[usize]) {
        if later.is_empty() || earlier.is_empty() {
            return;
        }
        if later.len() * earlier.len() <= CELLS {
            for (i, j) in common(&a[later.clone()], earlier, b) {
                self.one(later.start + i, earlier[j]);
            }
            return;
        }
        // tokens that both sides have once, in an order that both have
        let mut anchors = unique(&a[later.clone()], earlier, b);
        anchors = increasing(&anchors);
        let mut from = (0, 0);
        for (i, j) in anchors.into_iter().chain([(later.len(), earlier.len())]) {
            let (part, other) = (later.start + from.0..later.start + i, &earlier[from.1..j]);
            if part.len() * other.len() <= CELLS {
                self.gap(a, part, b, other);
            }
            if i < later.len() {
                self.one(later.start + i, earlier[j]);
            }
            from = (i + 1, j + 1);
        }
    }

    /// What is matched nowhere.
    fn regions(&self) -> Vec<Region> {
        let mut out = Vec::new();
        let mut claimed = vec![false; self.taken.len()];
        let mut at = 0;
        while at <= self.places.len() {
            let count = self.places[at..].iter().take_while(|&&place| place == NOWHERE).count();
            // between two tokens that are matched there may be more of the earlier text only
            let previous = at.checked_sub(1).map(|i| self.places[i] as usize);
            let next = self.places.get(at + count).map(|&place| place as usize);
            let mut earlier: Vec<usize> = Vec::new();
            let from = previous.map_or(0, |place| place + 1);
            earlier.extend((from..self.taken.len()).take_while(|&place| !self.taken[place] && !claimed[place]));
            let to = next.unwrap_or(self.taken.len());
            let reached = earlier.last().map_or(from, |last| last + 1);
            if to != reached || earlier.is_empty() {
                let back = (0..to).rev().take_while(|&place| !self.taken[place] && !claimed[place]);
                let mut back: Vec<usize> = back.filter(|place| !earlier.contains(place)).collect();
                back.reverse();
                earlier.extend(back);
            }
            looked(count + earlier.len() + 1);
            if count > 0 || !earlier.is_empty() {
                earlier.iter().for_each(|&place| claimed[place] = true);
                out.push(Region {
                    later: at..at + count,
                    earlier,
                });
            }
            at += count + 1;
        }
        out
    }
}

/// A longest common subsequence of some tokens and of those at some places: pairs of indexes. Of several, the one whose
/// pairs come first in the later text.
fn common(a: &[Token], places: &[usize], b: &[Token]) -> Vec<(usize, usize)> {
    let (rows, columns) = (a.len(), places.len());
    let width = columns + 1;
    looked(rows * columns);
    let mut table = vec![0_u16; (rows + 1) * width];
    for i in (0..rows).rev() {
        for j in (0..columns).rev() {
            let skip = table[(i + 1) * width + j].max(table[i * width + j + 1]);
            let both = u16::from(a[i].id == b[places[j]].id);
            table[i * width + j] = skip.max(if both == 1 {
                table[(i + 1) * width + j + 1] + 1
            } else {
                0
            });
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut out = Vec::new();
    while i < rows && j < columns {
        if a[i].id == b[places[j]].id && table[i * width + j] == table[(i + 1) * width + j + 1] + 1 {
            out.push((i, j));
            i += 1;
            j += 1;
        } else if table[(i + 1) * width + j] >= table[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    out
}

/// Pairs of tokens that stand once on either side, by index, in the order of the later text.
fn unique(a: &[Token], places: &[usize], b: &[Token]) -> Vec<(usize, usize)> {
    looked(a.len() + places.len());
    let mut seen: HashMap<u32, [(usize, usize); 2], ahash::RandomState> = HashMap::with_hasher(hash::map_state());
    for (i, token) in a.iter().enumerate() {
        let entry = &mut seen.entry(token.id).or_default()[0];
        *entry = (entry.0 + 1, i);
    }
    for (j, &place) in places.iter().enumerate() {
        let entry = &mut seen.entry(b[place].id).or_default()[1];
        *entry = (entry.0 + 1, j);
    }
    let once = |token: &Token| match seen[&token.id] {
        [(1, i), (1, j)] => Some((i, j)),
        _ => None,
    };
    a.iter().filter_map(once).collect()
}

/// A longest part of the pairs whose second indexes increase (patience sorting).
pub(super) fn increasing(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    looked(pairs.len());
    // for each length, the pair that ends the best row of it; and for each pair, the one before it
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (index, pair) in pairs.iter().enumerate() {
        let at = ends.partition_point(|&end| pairs[end].1 < pair.1);
        before.push(at.checked_sub(1).map(|i| ends[i]));
        if at == ends.len() {
            ends.push(index);
        } else {
            ends[at] = index;
        }
    }
    let mut out = Vec::new();
    let mut at = ends.last().copied();
    while let Some(index) = at {
        out.push(pairs[index]);
        at = before[index];
    }
    out.reverse();
    out
}
