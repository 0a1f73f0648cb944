//! One bar over all phases of a run, on a terminal only.

use crate::console;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use redite::fold::is_unspaced;
use std::fmt::Write;
use std::io::{IsTerminal, stderr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A phase of a run, and the time it is expected to take relative to the others.
pub(crate) type Phase = (&'static str, f64);

/// Measured with `clean` on one thread, in seconds, on 34 and 51 MB of JSON Lines in scripts with spaces: reading took 1.0
/// and 1.1, comparing 2.3 and 4.4, writing .3 and .4. The pace of a phase replaces these as it goes on. Where some texts take
/// far longer to compare than others (2.5 MB of documentation in Thai: 100 times as long as to read), the estimate is off until
/// most of them are compared: on 120 MB in 49 languages, one after the other, three times in four by more than a third.
pub(crate) const READING: Phase = ("reading", 1.0);
pub(crate) const COMPARING: Phase = ("comparing", 3.0);
pub(crate) const WRITING: Phase = ("writing", 0.35);

/// What text in scripts without spaces adds to the weight of comparing.
const UNSPACED: f64 = 3.0;

/// Characters looked at of a text, to tell the script.
const SAMPLE: usize = 100;

/// Positions of the bar.
const STEPS: u64 = 1000;

/// The bar; invisible where nobody looks.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    state: Arc<Mutex<State>>,
}

impl Progress {
    /// A bar over phases, each of which goes once through `bytes`.
    pub(crate) fn new(phases: &[Phase], bytes: u64, quiet: bool) -> Self {
        let state = Arc::new(Mutex::new(State {
            clock: Clock::new(phases, Instant::now()),
            bytes,
            done: 0,
            letters: [0; 2],
        }));
        let bar = if quiet || !stderr().is_terminal() {
            ProgressBar::hidden()
        } else {
            let bar = ProgressBar::with_draw_target(Some(STEPS), ProgressDrawTarget::stderr_with_hz(8));
            let left = state.clone();
            let style = ProgressStyle::with_template("{msg:10} {wide_bar} {percent:>3} % of {size}, {left}")
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .with_key("size", move |_: &ProgressState, out: &mut dyn Write| {
                    let _written = out.write_str(&crate::amounts::size(bytes));
                })
                .with_key("left", move |_: &ProgressState, out: &mut dyn Write| {
                    let left = lock(&left).clock.left(Instant::now());
                    let text = left.map_or_else(|| "estimating the time left".to_owned(), told);
                    let _written = out.write_str(&text);
                });
            bar.set_style(style);
            bar.enable_steady_tick(Duration::from_millis(250));
            bar
        };
        Self { bar, state }
    }

    /// The phase of this name begins.
    pub(crate) fn phase(&self, name: &'static str) {
        let mut state = lock(&self.state);
        state.clock.begin(name, Instant::now());
        state.done = 0;
        drop(state);
        self.bar.set_message(name);
    }

    /// A text like those that will be compared: how long that takes depends on the script.
    pub(crate) fn sample(&self, text: &str) {
        let mut state = lock(&self.state);
        for c in text.chars().take(SAMPLE).filter(|c| c.is_alphabetic()) {
            state.letters[usize::from(is_unspaced(c))] += 1;
        }
        let [spaced, unspaced] = state.letters.map(f64::from);
        let weight = COMPARING.1 + UNSPACED * unspaced / (spaced + unspaced).max(1.0);
        state.clock.weigh(COMPARING.0, weight);
    }

    /// `bytes` of the current file are done.
    pub(crate) fn at(&self, bytes: u64) {
        let mut state = lock(&self.state);
        let done = state.done + bytes;
        state.reach(done, &self.bar);
    }

    /// A share of the current phase of `bytes` is done.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a position in a bar"
    )]
    pub(crate) fn at_share(&self, share: f64, bytes: u64) {
        self.at((share * bytes as f64) as u64);
    }

    /// A file or phase of `bytes` is done.
    pub(crate) fn finish(&mut self, bytes: u64) {
        let mut state = lock(&self.state);
        state.done += bytes;
        let done = state.done;
        state.reach(done, &self.bar);
    }

    /// Prints a line without disturbing the bar.
    pub(crate) fn say(&self, line: &str) {
        self.bar.suspend(|| console::line(line));
    }

    /// Removes the bar.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Debug)]
struct State {
    clock: Clock,
    /// Bytes of one phase.
    bytes: u64,
    /// Bytes of the current phase in files that are done.
    done: u64,
    /// Letters of scripts with and without spaces, in a sample of the texts.
    letters: [u32; 2],
}

impl State {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a position in a bar"
    )]
    fn reach(&mut self, done: u64, bar: &ProgressBar) {
        let share = done as f64 / self.bytes.max(1) as f64;
        self.clock.reach(share, Instant::now());
        let position = (self.clock.share(Instant::now()) * STEPS as f64) as u64;
        // an estimate may fall, the bar does not
        if position > bar.position() {
            bar.set_position(position.min(STEPS));
        }
    }
}

/// Estimates the time that is left, from how long each phase has taken so far.
#[derive(Debug)]
struct Clock {
    phases: Vec<Phase>,
    current: usize,
    started: Instant,
    phase_started: Instant,
    /// Seconds of the phases that are done.
    taken: Vec<f64>,
    /// Of the current phase, from 0 to 1.
    share: f64,
    /// Shares of the current phase and the seconds after which each was reached, ascending.
    reached: Vec<(f64, f64)>,
}

/// Shares that are noted lie so far apart, at least.
const STEP: f64 = 0.005;

/// A phase slows down if, of what it has done last, the second half took so many times as long as the first.
const SLOWER: f64 = 1.3;

impl Clock {
    fn new(phases: &[Phase], now: Instant) -> Self {
        Self {
            phases: phases.to_vec(),
            current: 0,
            started: now,
            phase_started: now,
            taken: Vec::new(),
            share: 0.0,
            reached: Vec::new(),
        }
    }

    fn weigh(&mut self, name: &str, weight: f64) {
        let mut phases = self.phases.iter_mut();
        if let Some(phase) = phases.find(|phase| phase.0 == name) {
            phase.1 = weight;
        }
    }

    fn begin(&mut self, name: &str, now: Instant) {
        if let Some(next) = self.phases.iter().position(|phase| phase.0 == name)
            && next > self.current
        {
            self.taken.push(now.duration_since(self.phase_started).as_secs_f64());
            self.taken.resize(next, 0.0);
            self.current = next;
            self.phase_started = now;
            self.share = 0.0;
            self.reached.clear();
        }
    }

    fn reach(&mut self, share: f64, now: Instant) {
        self.share = share.clamp(self.share, 1.0);
        if self.share >= self.reached.last().map_or(0.0, |last| last.0) + STEP {
            let seconds = now.duration_since(self.phase_started).as_secs_f64();
            self.reached.push((self.share, seconds));
        }
    }

    /// Seconds after which the current phase had reached a share, between the two reports nearest to it.
    fn reached(&self, share: f64) -> f64 {
        let after = self.reached.partition_point(|point| point.0 < share);
        let before = after.checked_sub(1).map_or((0.0, 0.0), |i| self.reached[i]);
        match self.reached.get(after) {
            Some(next) => before.1 + (next.1 - before.1) * (share - before.0) / (next.0 - before.0),
            None => before.1,
        }
    }

    /// Seconds that the current phase takes in all if it goes on as it has gone: at an even pace or, if it slows down, as a
    /// parabola through what it has done so far, half of that and three quarters.
    fn extrapolated(&self) -> Option<f64> {
        let &(share, seconds) = self.reached.last()?;
        let (from, middle) = (self.reached(share / 2.0), self.reached(share * 0.75));
        let (first, second) = (middle - from, seconds - middle);
        if second <= SLOWER * first {
            return Some(seconds / share);
        }
        // in quarters of what is done
        let left = (1.0 - share) / (share / 4.0);
        Some(seconds + second * left + (second - first) * left * (left + 1.0) / 2.0)
    }

    /// Seconds that are left, as far as can be told.
    fn seconds_left(&self, now: Instant) -> Option<f64> {
        let here = now.duration_since(self.phase_started).as_secs_f64();
        let (_, rest) = self.phases.split_at(self.current.min(self.phases.len()));
        let (current, after) = rest.split_first()?;
        let seen = self.extrapolated();
        // the first phase sets the pace of the others
        let expected = self.taken.first().map(|first| first * current.1 / self.phases[0].1);
        let whole = match (seen, expected) {
            // the more of the phase is done, the more its own pace counts
            (Some(seen), Some(expected)) => {
                let trust = (3.0 * self.share).min(1.0);
                trust * seen + (1.0 - trust) * expected
            }
            (Some(time), None) | (None, Some(time)) => time,
            (None, None) => return None,
        };
        // a phase that is late takes longer still
        let left = (whole - here).max(here * (1.0 - self.share) * 0.5);
        let first = self.taken.first().copied().unwrap_or(whole);
        let later: f64 = after.iter().map(|phase| first * phase.1 / self.phases[0].1).sum();
        Some(left + later)
    }

    /// The share of the whole run that is done.
    fn share(&self, now: Instant) -> f64 {
        let spent = now.duration_since(self.started).as_secs_f64();
        self.seconds_left(now)
            .map_or(0.0, |left| spent / (spent + left).max(1e-9))
    }

    /// The time that is left, once a tenth of the run is done.
    fn left(&self, now: Instant) -> Option<Duration> {
        let left = self.seconds_left(now).filter(|_| self.share(now) >= 0.1)?;
        Duration::try_from_secs_f64(left).ok()
    }
}

/// `12 s left`.
fn told(left: Duration) -> String {
    match left.as_secs() {
        seconds @ ..100 => format!("{} s left", seconds.max(1)),
        seconds @ ..6000 => format!("{} min left", seconds.div_ceil(60)),
        seconds => format!("{} h left", seconds.div_ceil(3600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told after each twentieth of a run whose phases take these seconds, each at an even pace; with the truth.
    fn told_of(phases: &[Phase], seconds: &[f64]) -> Vec<(f64, f64)> {
        let start = Instant::now();
        let mut clock = Clock::new(phases, start);
        let total: f64 = seconds.iter().sum();
        let mut out = Vec::new();
        for step in 1..20 {
            let time = total * f64::from(step) / 20.0;
            let mut begun = 0.0;
            for (phase, taken) in phases.iter().zip(seconds) {
                if time >= begun {
                    clock.begin(phase.0, start + Duration::from_secs_f64(begun));
                }
                if (begun..begun + taken).contains(&time) {
                    clock.reach((time - begun) / taken, start + Duration::from_secs_f64(time));
                }
                begun += taken;
            }
            if let Some(left) = clock.left(start + Duration::from_secs_f64(time)) {
                out.push((left.as_secs_f64(), total - time));
            }
        }
        out
    }

    #[test]
    fn the_estimate_is_within_a_third_after_the_first_tenth() {
        let phases = [READING, COMPARING, WRITING];
        for seconds in [
            // as measured; see `READING`
            [10.0, 23.0, 3.0],
            [11.0, 44.0, 4.0],
            [10.0, 30.0, 4.0],
            [10.0, 35.0, 3.0],
        ] {
            let told = told_of(&phases, &seconds);
            assert!(told.len() > 15, "{seconds:?}: {told:?}");
            for (told, truth) in told {
                // in the last seconds a second is more than a third
                let most = (truth / 3.0).max(seconds.iter().sum::<f64>() / 20.0);
                assert!((told - truth).abs() <= most, "{seconds:?}: {told} for {truth}");
            }
        }
    }

    #[test]
    fn a_phase_that_takes_far_longer_than_expected_is_known_by_its_pace() {
        let told = told_of(&[READING, COMPARING, WRITING], &[1.0, 60.0, 0.2]);
        for (told, truth) in told.into_iter().filter(|told| told.1 < 30.0) {
            assert!((told - truth).abs() <= (truth / 3.0).max(3.0), "{told} for {truth}");
        }
    }

    #[test]
    fn a_phase_that_slows_down_is_expected_to_go_on_so() {
        let start = Instant::now();
        let mut clock = Clock::new(&[READING, COMPARING], start);
        clock.begin("comparing", start + Duration::from_secs(1));
        for step in 1..10 {
            let share = f64::from(step) / 10.0;
            // four times as far takes sixteen times as long
            let seconds = 100.0 * share * share;
            let now = start + Duration::from_secs_f64(1.0 + seconds);
            clock.reach(share, now);
            let (told, truth) = (clock.seconds_left(now).unwrap(), 100.0 - seconds);
            assert!(step < 4 || (told - truth).abs() <= truth / 3.0, "{told} for {truth}");
        }
    }

    #[test]
    fn a_bar_counts_each_byte_once() {
        let mut progress = Progress::new(&[READING, WRITING], 300, true);
        progress.phase("reading");
        for _ in 0..3 {
            progress.at(50);
            progress.finish(100);
        }
        assert!((lock(&progress.state).clock.share - 1.0).abs() < 1e-9);
        progress.phase("writing");
        progress.at_share(0.5, 300);
        assert!((lock(&progress.state).clock.share - 0.5).abs() < 1e-9);
    }

    #[test]
    fn text_without_spaces_is_expected_to_take_longer() {
        let expected = |text: &str| {
            let progress = Progress::new(&[READING, COMPARING], 300, true);
            progress.sample(text);
            lock(&progress.state).clock.phases[1].1
        };
        assert!((expected("Dogs bark, 12 times.") - COMPARING.1).abs() < 1e-9);
        assert!((expected("東京は雨、12。") - COMPARING.1 - UNSPACED).abs() < 1e-9);
    }

    #[test]
    fn times_are_told_in_one_unit() {
        for (seconds, text) in [
            (0, "1 s left"),
            (99, "99 s left"),
            (130, "3 min left"),
            (7000, "2 h left"),
        ] {
            assert_eq!(told(Duration::from_secs(seconds)), text);
        }
    }
}
