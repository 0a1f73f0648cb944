//! Numbers by value: the same number in another dress folds to the same token.
//!
//! Grouping follows the locales of CLDR: groups of exactly three digits between `.`, `,`, apostrophes, `٬` or
//! spaces of any width, and the Indian 2-2-3. What has one mark and is not grouped is a decimal; what has several
//! (`12.05.2017`, `1.2.3`, `192.168.1.1`) is one compound number whose marks are unified. A sign belongs to the
//! number if it stands alone before it. Raised digits and `^` after a number are its exponent: `10²` is neither 102
//! nor 10 and 2. `.5` is 0.5. A time of day in hours and minutes is written with `.` whatever part them: `17:30`, `17h30`.
//!
//! Where marks might mean either, they count as two numbers: `1،500`, `1·5`, `3/5`, `12'5`. Two sentences then differ and
//! both stay. `tests/data/numbers.txt` has the cases.

use super::table::{Class, Table};
use crate::steps::looked;

/// Takes numbers out of a text; reusable scratch, no allocation in the steady state.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    digits: Vec<u8>,
    groups: Vec<Group>,
    runs: Vec<Runs>,
}

/// How many groups in a row, from one group on, are alike: known for all groups at once, so that a number of n groups is
/// written in n steps.
#[derive(Clone, Copy, Default, Debug)]
struct Runs {
    /// Groups after the same mark.
    same: usize,
    /// Of these, groups of three digits before the first of another length.
    threes: usize,
    /// Of these, groups of two digits before the first of another length.
    twos: usize,
}

#[derive(Clone, Copy, Debug)]
struct Group {
    /// The mark before the group, one of [`Mark`]; meaningless for the first.
    mark: Mark,
    start: usize,
    end: usize,
}

impl Group {
    fn len(self) -> usize {
        self.end - self.start
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mark {
    Stop,
    Comma,
    Apostrophe,
    /// Arabic thousands separator, U+066C.
    Thousands,
    /// Arabic decimal separator, U+066B.
    Decimal,
    Space,
}

impl Mark {
    fn of(c: char) -> Option<Self> {
        Some(match c {
            '.' => Self::Stop,
            ',' => Self::Comma,
            '\'' | '’' => Self::Apostrophe,
            '٬' => Self::Thousands,
            '٫' => Self::Decimal,
            ' ' => Self::Space,
            _ => return None,
        })
    }

    fn may_group(self) -> bool {
        self != Self::Decimal
    }

    fn may_be_decimal(self) -> bool {
        matches!(self, Self::Stop | Self::Comma | Self::Decimal)
    }
}

impl Numbers {
    /// Reads the number whose first digit stands at byte `at`, gives its canonical form to `out` (digits, `.` for
    /// every decimal or compound mark, `^` before an exponent, `_` before an index) and returns the byte after it.
    pub(super) fn read(&mut self, table: &Table, text: &str, at: usize, out: &mut String) -> usize {
        let end = if let Some((_, Class::Raised, _)) = visible(table, text, at) {
            digits(table, text, at, Class::Raised, out)
        } else {
            if point_leads(table, text, at) {
                out.push_str("0.");
            }
            self.plain(table, text, at, out)
        };
        exponents(table, text, end, out)
    }

    fn plain(&mut self, table: &Table, text: &str, at: usize, out: &mut String) -> usize {
        self.digits.clear();
        self.groups.clear();
        let mut end = self.group(table, text, at, Mark::Stop);
        if let Some(minutes) = self.minutes(table, text, at, end) {
            end = self.group(table, text, minutes, Mark::Stop);
            self.write(out);
            return end;
        }
        // Marks that stand tight between digits.
        while let Some((mark, digit)) = tight_mark(table, text, end) {
            if matches!(mark, Mark::Apostrophe | Mark::Thousands) && digits_at(table, text, digit) != 3 {
                break;
            }
            end = self.group(table, text, digit, mark);
        }
        // Spaces group only a plain lead of one to three digits, and only groups of exactly three.
        if self.groups.len() == 1 && self.lead_may_group(0) {
            while let Some(digit) = space_mark(table, text, end) {
                if digits_at(table, text, digit) != 3 {
                    break;
                }
                let (groups, digits) = (self.groups.len(), self.digits.len());
                let after = self.group(table, text, digit, Mark::Space);
                let Some((mark, fraction)) = tight_mark(table, text, after) else {
                    end = after;
                    continue;
                };
                // `1 500,25` ends in a decimal; `1 500.200.300` is not of this number.
                let stop = self.group(table, text, fraction, mark);
                if mark.may_be_decimal() && tight_mark(table, text, stop).is_none() {
                    end = stop;
                } else {
                    self.groups.truncate(groups);
                    self.digits.truncate(digits);
                }
                break;
            }
        }
        self.write(out);
        end
    }

    /// Where the minutes of a time of day begin whose hours are the group that has been read: `17:30`, `17h30`, `17 h 30`. Not
    /// those of a time with seconds, which may be minutes and seconds as well.
    fn minutes(&self, table: &Table, text: &str, at: usize, end: usize) -> Option<usize> {
        let hours = &self.digits[..];
        if hours.len() > 2 || hours.iter().fold(0, |sum, digit| 10 * sum + u32::from(digit - b'0')) > 24 {
            return None;
        }
        let space = |at: usize| match visible_whole(table, text, at) {
            Some((' ', Class::Separator, next)) => next,
            _ => at,
        };
        let (mark, _, next) = visible_whole(table, text, space(end))?;
        let begin = if mark == ':' {
            next
        } else {
            if mark != 'h' {
                return None;
            }
            space(next)
        };
        let (tens, class, next) = visible_whole(table, text, begin)?;
        if class != Class::Digit || !('0'..='5').contains(&tens) || digits_at(table, text, begin) != 2 {
            return None;
        }
        let (_, _, after) = visible_whole(table, text, next)?;
        let goes_on = match visible(table, text, after) {
            Some((':', _, next)) => matches!(visible(table, text, next), Some((_, Class::Digit, _))),
            Some((_, class, _)) => {
                matches!(class, Class::Letter | Class::Raised | Class::Mark) || tight_mark(table, text, after).is_some()
            }
            None => false,
        };
        let mut before = visible_before(table, text, at);
        let is_seconds = matches!(before.next(), Some((':', _))) && matches!(before.next(), Some((_, Class::Digit)));
        (!goes_on && !is_seconds).then_some(begin)
    }

    /// Takes a run of digits; returns the byte after it.
    fn group(&mut self, table: &Table, text: &str, mut at: usize, mark: Mark) -> usize {
        let start = self.digits.len();
        let mut end = at;
        while let Some((c, Class::Digit, next)) = visible(table, text, at) {
            self.digits.push(u8::try_from(c).unwrap_or(b'0'));
            at = next;
            end = next;
        }
        self.groups.push(Group {
            mark,
            start,
            end: self.digits.len(),
        });
        end
    }

    fn lead_may_group(&self, first: usize) -> bool {
        let lead = self.groups[first];
        (1..=3).contains(&lead.len()) && self.digits[lead.start] != b'0'
    }

    /// Number of groups from `first` on that one grouping mark joins into one integer; 1 if none does.
    fn grouped(&self, first: usize) -> usize {
        let rest = &self.groups[first + 1..];
        let Some(mark) = rest.first().map(|g| g.mark).filter(|m| m.may_group()) else {
            return 1;
        };
        if !self.lead_may_group(first) {
            return 1;
        }
        let Runs { same, threes, twos } = self.runs[first + 1];
        if threes == same {
            return 1 + threes;
        }
        // Indian: 12,34,567.
        if mark == Mark::Comma
            && self.groups[first].len() <= 2
            && twos >= 1
            && twos + 1 == same
            && rest[twos].len() == 3
        {
            return 1 + same;
        }
        if threes >= 1 && rest[threes].mark != mark {
            1 + threes
        } else {
            1
        }
    }

    /// Fills [`Numbers::runs`], the last group first.
    fn count_runs(&mut self) {
        self.runs.clear();
        self.runs.resize(self.groups.len(), Runs::default());
        let mut after: Option<(Mark, Runs)> = None;
        for (group, runs) in self.groups.iter().zip(&mut self.runs).rev() {
            looked(1);
            let next = after.filter(|(mark, _)| *mark == group.mark).map(|(_, runs)| runs);
            let next = next.unwrap_or_default();
            *runs = Runs {
                same: next.same + 1,
                threes: if group.len() == 3 { next.threes + 1 } else { 0 },
                twos: if group.len() == 2 { next.twos + 1 } else { 0 },
            };
            after = Some((group.mark, *runs));
        }
    }

    fn write(&mut self, out: &mut String) {
        let n = self.groups.len();
        self.count_runs();
        let whole = self.grouped(0);
        let decimal_rest = n - whole == 1 && self.groups[whole].mark.may_be_decimal();
        if whole == n || (decimal_rest && (whole == 1 || self.groups[whole].mark != self.groups[1].mark)) {
            self.push(0, whole, out);
            if decimal_rest {
                out.push('.');
                self.push(whole, n, out);
            }
            return;
        }
        // Compound: parts that one mark joins into an integer bind tighter than the others.
        let mut at = 0;
        while at < n {
            let mut size = self.grouped(at);
            let follows = self.groups.get(at + size).map(|g| g.mark);
            let before = (at > 0).then(|| self.groups[at].mark);
            let inner = (size > 1).then(|| self.groups[at + 1].mark);
            if inner.is_some() && (inner == before || inner == follows) {
                size = 1;
            }
            if at > 0 {
                out.push('.');
            }
            self.push(at, at + size, out);
            at += size;
        }
    }

    fn push(&self, from: usize, to: usize, out: &mut String) {
        for group in &self.groups[from..to] {
            looked(1 + group.len());
            out.extend(self.digits[group.start..group.end].iter().map(|&d| char::from(d)));
        }
    }
}

/// The byte after the number whose first digit stands at byte `at`, if it is nothing but ASCII digits and no neighbour
/// can change that: what [`Numbers::read`] would copy as it is.
pub(super) fn plain_end(bytes: &[u8], at: usize) -> Option<usize> {
    let digits = bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
    looked(digits + 1);
    let end = at + digits;
    let before = at.checked_sub(1).map(|i| bytes[i]);
    if digits == 0 || before.is_some_and(|b| b == b'.' || !b.is_ascii()) {
        return None;
    }
    let is_plain = match bytes.get(end) {
        None => true,
        Some(b' ') => bytes
            .get(end + 1)
            .is_none_or(|b| b.is_ascii() && !b.is_ascii_digit() && !matches!(b, b'h' | b'H' | b':')),
        Some(b'.' | b',' | b'\'') => bytes.get(end + 1).is_none_or(|b| b.is_ascii() && !b.is_ascii_digit()),
        Some(b':') => digits > 2 || bytes.get(end + 1).is_none_or(|b| b.is_ascii() && !b.is_ascii_digit()),
        Some(b) => b.is_ascii() && !matches!(b, b'^' | b'+' | b'h' | b'H'),
    };
    is_plain.then_some(end)
}

/// True if a hyphen before that byte is no sign, whatever stands before it.
pub(super) fn is_hyphen(next: Option<&u8>) -> bool {
    next.is_none_or(|b| b.is_ascii_alphabetic() || matches!(b, b' ' | b'\n' | b'-' | b',' | b')'))
}

/// A number with a minus before it.
pub(super) struct Signed {
    /// What stands between the minus and the number: `-$5`.
    pub(super) currency: Option<char>,
    /// Where its first digit stands.
    pub(super) digit: usize,
}

/// Hyphens and dashes that are typed for a minus, and the minus itself.
pub(super) fn is_minus(mapped: char) -> bool {
    matches!(mapped, '-' | '\u{2010}'..='\u{2013}' | '\u{2212}')
}

/// The number whose sign is the minus at byte `at`, if it is one.
pub(super) fn signed(table: &Table, text: &str, at: usize) -> Option<Signed> {
    let (minus, _, next) = visible(table, text, at)?;
    let digit = skip_ignored(table, text, next);
    let (c, class, next) = visible_whole(table, text, digit)?;
    let plain = |digit| Signed { currency: None, digit };
    match class {
        Class::Raised => return Some(plain(digit)), // m⁻²
        Class::Digit | Class::Symbol => {}
        Class::Separator if c == '.' => {}
        _ => return None,
    }
    if !sign_may_stand(table, text, at, minus) {
        return None;
    }
    let (currency, digit) = match class {
        Class::Digit => return Some(plain(digit)),
        Class::Symbol => (Some(c), skip_ignored(table, text, next)),
        _ => (None, digit),
    };
    match visible_whole(table, text, digit)? {
        (_, Class::Digit, _) => Some(Signed { currency, digit }),
        // `read` sees the point before the digit.
        ('.', _, next) => {
            let digit = skip_ignored(table, text, next);
            matches!(visible(table, text, digit), Some((_, Class::Digit, _))).then_some(Signed { currency, digit })
        }
        _ => None,
    }
}

/// A hyphen is a sign only at the start, after white space, an opening bracket, or a sign of arithmetic, and after
/// currency that has no number of its own; a dash only at the start, after white space or an opening bracket.
fn sign_may_stand(table: &Table, text: &str, at: usize, minus: char) -> bool {
    let mut before = visible_before(table, text, at);
    let Some((mapped, class)) = before.next() else {
        return true;
    };
    if opens(mapped) {
        return true;
    }
    if matches!(minus, '\u{2012}' | '\u{2013}') {
        return false;
    }
    match class {
        Class::Symbol => !matches!(before.next(), Some((_, Class::Digit))),
        Class::Separator => matches!(
            mapped,
            '=' | '<'
                | '>'
                | '≤'
                | '≥'
                | '≈'
                | '~'
                | '±'
                | '+'
                | '*'
                | '/'
                | '×'
                | ':'
                | ','
                | '"'
                | '“'
                | '„'
                | '«'
                | '‘'
        ),
        _ => false,
    }
}

/// True if the digit at byte `at` follows a decimal point that has nothing before it: `.5`.
fn point_leads(table: &Table, text: &str, at: usize) -> bool {
    let mut before = visible_before(table, text, at);
    matches!(before.next(), Some(('.', _)))
        && before
            .next()
            .is_none_or(|(c, class)| opens(c) || is_minus(c) || class == Class::Symbol)
}

pub(super) fn opens(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | '[' | '{')
}

/// The characters before byte `at` that are not ignored, the nearest first, as they fold.
pub(super) fn visible_before<'t>(
    table: &'t Table,
    text: &'t str,
    at: usize,
) -> impl Iterator<Item = (char, Class)> + 't {
    text[..at].chars().rev().flat_map(|c| folded(table, c).rev())
}

/// The characters from byte `at` on that are not ignored, as they fold, each with the byte after it.
pub(super) fn visible_after<'t>(
    table: &'t Table,
    text: &'t str,
    at: usize,
) -> impl Iterator<Item = (char, Class, usize)> + 't {
    let chars = text[at..].char_indices();
    chars.flat_map(move |(i, c)| folded(table, c).map(move |(folded, class)| (folded, class, at + i + c.len_utf8())))
}

/// What one character folds to, without what is ignored. One that must stay a token by itself is a separator.
fn folded(table: &Table, c: char) -> impl DoubleEndedIterator<Item = (char, Class)> + '_ {
    looked(1);
    let entry = table.entry(c);
    let (one, several): (Option<(char, Class)>, &[char]) = match entry.class() {
        Class::Ignored => (None, &[]),
        _ if entry.is_isolated() => (Some((c, Class::Separator)), &[]),
        _ if entry.is_multi() => (None, table.expansion(entry)),
        class => (Some((entry.mapped(), class)), &[]),
    };
    let several = several.iter().map(|&c| (c, table.entry(c).class()));
    one.into_iter()
        .chain(several)
        .filter(|(_, class)| *class != Class::Ignored)
}

/// Exponents and indexes that stand tight after a number, raised or written with `^`; returns the byte after them.
fn exponents(table: &Table, text: &str, mut end: usize, out: &mut String) -> usize {
    while let Some((mark, class, next)) = visible(table, text, end) {
        if class == Class::Raised {
            let at = skip_ignored(table, text, end);
            let is_index = text[at..].starts_with(|c| matches!(c, '₀'..='₉'));
            out.push(if is_index { '_' } else { '^' });
            end = digits(table, text, at, Class::Raised, out);
            continue;
        }
        let wanted = match mark {
            '^' => Class::Digit,
            '+' | '\u{2212}' => Class::Raised,
            _ => break,
        };
        let signed = wanted == Class::Digit;
        let (minus, at) = match visible(table, text, next) {
            Some((c, Class::Separator, after)) if signed && is_minus(c) => (true, after),
            _ => (mark == '\u{2212}', next),
        };
        match visible(table, text, at) {
            Some((_, class, _)) if class == wanted => {}
            _ => break,
        }
        out.push_str(if minus { "^-" } else { "^" });
        end = digits(table, text, at, wanted, out);
    }
    end
}

/// The byte after the raised digits at `at`.
pub(super) fn raised_end(table: &Table, text: &str, at: usize) -> usize {
    digits(table, text, at, Class::Raised, &mut String::new())
}

/// Writes the run of digits of one class at `at`; returns the byte after it.
fn digits(table: &Table, text: &str, mut at: usize, wanted: Class, out: &mut String) -> usize {
    while let Some((c, class, next)) = visible(table, text, at) {
        if class != wanted {
            break;
        }
        out.push(c);
        at = next;
    }
    at
}

fn skip_ignored(table: &Table, text: &str, at: usize) -> usize {
    let skipped = text[at..]
        .chars()
        .take_while(|&c| table.entry(c).class() == Class::Ignored);
    let skipped = skipped.map(char::len_utf8).sum::<usize>();
    looked(skipped);
    at + skipped
}

/// The next character that is not ignored, as mapped, with its class and the byte after it.
pub(super) fn visible(table: &Table, text: &str, mut at: usize) -> Option<(char, Class, usize)> {
    loop {
        looked(1);
        let c = text[at..].chars().next()?;
        let next = at + c.len_utf8();
        let entry = table.entry(c);
        match entry.class() {
            Class::Ignored => at = next,
            _ if entry.is_isolated() => return Some((c, Class::Separator, next)),
            _ if entry.is_multi() => {
                let &c = table.expansion(entry).first()?;
                return Some((c, table.entry(c).class(), next));
            }
            class => return Some((entry.mapped(), class, next)),
        }
    }
}

/// As [`visible`], but none for a character that folds to several, of which that is only the first: an ellipsis is three
/// points, `´` a space and an accent, and neither is a mark of a number.
fn visible_whole(table: &Table, text: &str, at: usize) -> Option<(char, Class, usize)> {
    let (c, class, next) = visible(table, text, at)?;
    let folds_to_several = text[..next].ends_with(|last| table.entry(last).is_multi());
    (!folds_to_several).then_some((c, class, next))
}

/// A mark between digits at `at`, and where the digit after it stands.
fn tight_mark(table: &Table, text: &str, at: usize) -> Option<(Mark, usize)> {
    let (mark, next) = mark_before_digit(table, text, at)?;
    (mark != Mark::Space).then_some((mark, next))
}

fn space_mark(table: &Table, text: &str, at: usize) -> Option<usize> {
    let (mark, next) = mark_before_digit(table, text, at)?;
    (mark == Mark::Space).then_some(next)
}

fn mark_before_digit(table: &Table, text: &str, at: usize) -> Option<(Mark, usize)> {
    let (c, _, next) = visible_whole(table, text, at)?;
    let mark = Mark::of(c)?;
    matches!(visible(table, text, next), Some((_, Class::Digit, _))).then_some((mark, next))
}

/// Length of the run of digits at `at`, counted to 4 at most.
fn digits_at(table: &Table, text: &str, mut at: usize) -> usize {
    let mut n = 0;
    while n < 4 {
        match visible(table, text, at) {
            Some((_, Class::Digit, next)) => at = next,
            _ => break,
        }
        n += 1;
    }
    n
}
