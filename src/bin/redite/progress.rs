//! One bar over all phases of a run, on a terminal only.

use crate::console;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::fmt::Write;
use std::io::{IsTerminal, stderr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A phase of a run, and the time it is expected to take relative to the others.
pub(crate) type Phase = (&'static str, f64);

/// Measured with `clean` on one thread, in CPU seconds, on 5 to 30 MB of JSON Lines: reading .09 to .58; comparing 1.1
/// to 2.5 times as long in scripts with spaces, 3 to 5 times in Chinese and Japanese; writing .3 to .8 times as long.
/// What a run itself shows replaces these soon.
pub(crate) const READING: Phase = ("reading", 1.0);
pub(crate) const COMPARING: Phase = ("comparing", 2.0);
pub(crate) const WRITING: Phase = ("writing", 0.5);

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
        }));
        let bar = if quiet || !stderr().is_terminal() {
            ProgressBar::hidden()
        } else {
            let bar = ProgressBar::with_draw_target(Some(STEPS), ProgressDrawTarget::stderr_with_hz(8));
            let left = state.clone();
            let style = ProgressStyle::with_template("{msg:10} {wide_bar} {percent:>3} % of {size}, {left}")
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .with_key("size", move |_: &ProgressState, out: &mut dyn Write| {
                    let _written = out.write_str(&crate::memory::size(bytes));
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
}

impl State {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a position in a bar"
    )]
    fn reach(&mut self, done: u64, bar: &ProgressBar) {
        self.clock.reach(done as f64 / self.bytes.max(1) as f64);
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
}

impl Clock {
    fn new(phases: &[Phase], now: Instant) -> Self {
        Self {
            phases: phases.to_vec(),
            current: 0,
            started: now,
            phase_started: now,
            taken: Vec::new(),
            share: 0.0,
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
        }
    }

    fn reach(&mut self, share: f64) {
        self.share = share.clamp(self.share, 1.0);
    }

    /// Seconds that are left, as far as can be told.
    fn seconds_left(&self, now: Instant) -> Option<f64> {
        let here = now.duration_since(self.phase_started).as_secs_f64();
        let weight = |phases: &[Phase]| phases.iter().map(|phase| phase.1).sum::<f64>();
        let (before, rest) = self.phases.split_at(self.current.min(self.phases.len()));
        let (current, after) = rest.split_first()?;
        let seen = (self.share > 0.0).then(|| here / self.share);
        // by the phases before this one, if there are any
        let expected = (weight(before) > 0.0).then(|| self.taken.iter().sum::<f64>() * current.1 / weight(before));
        let whole = match (seen, expected) {
            // the more of the phase is done, the more its own pace counts
            (Some(seen), Some(expected)) => {
                let trust = self.share.sqrt();
                trust * seen + (1.0 - trust) * expected
            }
            (Some(time), None) | (None, Some(time)) => time,
            (None, None) => return None,
        };
        let whole = whole.max(here);
        let pace = (self.taken.iter().sum::<f64>() + whole) / (weight(before) + current.1);
        Some((whole - here).max(whole * (1.0 - self.share) * 0.5) + pace * weight(after))
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
                    clock.reach((time - begun) / taken);
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
            [10.0, 20.0, 5.0],
            [1.0, 2.5, 0.3],
            [5.8, 8.0, 4.7],
            [1.2, 3.8, 0.3],
            [9.0, 10.0, 3.0],
            // reading says nothing of what is to come
            [1.0, 60.0, 0.2],
        ] {
            let told = told_of(&phases, &seconds);
            assert!(told.len() > 15, "{seconds:?}: {told:?}");
            for (told, truth) in told {
                // in the last seconds a second is more than a third
                let most = (truth / 3.0).max(seconds.iter().sum::<f64>() / 30.0);
                let is_late = seconds[1] > 10.0 * seconds[0] && truth > 0.85 * seconds[1];
                assert!(
                    is_late || (told - truth).abs() <= most,
                    "{seconds:?}: {told} for {truth}"
                );
            }
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
