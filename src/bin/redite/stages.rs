//! How long each stage of a run takes, and for how much of that only one thread had work.

use serde::Serialize;
use std::time::{Duration, Instant};

/// The stages of a run so far, in the order in which they first ended.
#[derive(Debug, Clone)]
pub(crate) struct Stages {
    stages: Vec<Taken>,
    last: Moment,
}

/// What a stage has taken.
#[derive(Debug, Clone, Default)]
struct Taken {
    stage: String,
    wall: Duration,
    /// Of all threads; nothing where the system does not tell.
    cpu: Option<Duration>,
}

#[derive(Debug, Clone, Copy)]
struct Moment {
    at: Instant,
    cpu: Option<Duration>,
}

impl Moment {
    fn now() -> Self {
        Self {
            at: Instant::now(),
            cpu: cpu(),
        }
    }
}

/// CPU time of this process, of all threads.
#[cfg(unix)]
fn cpu() -> Option<Duration> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::try_from(time).ok()
}

#[cfg(not(unix))]
fn cpu() -> Option<Duration> {
    None
}

/// What is reported of a stage, or of all.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct StageTime {
    pub(crate) stage: String,
    pub(crate) seconds: f64,
    /// Of all threads; `null` where the system does not tell.
    pub(crate) cpu_seconds: Option<f64>,
    /// For how long only one thread had work, if all had work otherwise.
    pub(crate) one_thread_seconds: Option<f64>,
}

impl Taken {
    /// If for a time `s` one of `t` threads runs and otherwise all, the CPU time is `s + t (wall - s)`; so `s` is
    /// `(t wall - cpu) / (t - 1)`. On a busy machine threads also wait for the processor, which counts as idle here.
    fn told(&self, threads: usize) -> StageTime {
        let (wall, cpu) = (self.wall.as_secs_f64(), self.cpu.map(|cpu| cpu.as_secs_f64()));
        #[expect(clippy::cast_precision_loss, reason = "there are few threads")]
        let threads = threads as f64;
        let alone = |cpu: f64| match threads > 1.0 {
            true => ((threads * wall - cpu) / (threads - 1.0)).clamp(0.0, wall),
            false => wall,
        };
        StageTime {
            stage: self.stage.clone(),
            seconds: wall,
            cpu_seconds: cpu,
            one_thread_seconds: cpu.map(alone),
        }
    }
}

impl Stages {
    /// The first stage begins.
    pub(crate) fn begin() -> Self {
        Self {
            stages: Vec::new(),
            last: Moment::now(),
        }
    }

    /// What has been done since the last call was part of that stage.
    pub(crate) fn end(&mut self, stage: &str) {
        let (now, last) = (Moment::now(), self.last);
        self.last = now;
        let at = self.stages.iter().position(|taken| taken.stage == stage);
        let at = at.unwrap_or_else(|| {
            self.stages.push(Taken {
                stage: stage.to_owned(),
                cpu: Some(Duration::ZERO),
                ..Taken::default()
            });
            self.stages.len() - 1
        });
        let taken = &mut self.stages[at];
        taken.wall += now.at.saturating_duration_since(last.at);
        let cpu = now.cpu.zip(last.cpu).map(|(now, last)| now.saturating_sub(last));
        taken.cpu = taken.cpu.zip(cpu).map(|(before, more)| before + more);
    }

    /// What each stage has taken on so many threads.
    pub(crate) fn times(&self, threads: usize) -> Vec<StageTime> {
        self.stages.iter().map(|taken| taken.told(threads)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(wall: u64, cpu: u64) -> Taken {
        Taken {
            stage: "scan".to_owned(),
            wall: Duration::from_millis(wall),
            cpu: Some(Duration::from_millis(cpu)),
        }
    }

    /// A quarter of ten seconds on one thread, the rest on two or four.
    #[test]
    fn time_on_one_thread_follows_from_wall_and_cpu() {
        for (threads, cpu, alone) in [
            (2, 17_500, 2.5),
            (4, 32_500, 2.5),
            (2, 20_000, 0.0),
            (2, 21_000, 0.0),
            (2, 10_000, 10.0),
            (2, 1_000, 10.0),
            (1, 9_000, 10.0),
        ] {
            let told = taken(10_000, cpu).told(threads);
            let found = told.one_thread_seconds.unwrap();
            assert!((found - alone).abs() < 1e-9, "{threads} threads, {cpu} ms: {found}");
        }
    }

    #[test]
    fn a_stage_that_comes_again_is_one() {
        let mut stages = Stages::begin();
        for stage in ["read", "scan", "read", "write"] {
            stages.end(stage);
        }
        let names: Vec<String> = stages.times(2).into_iter().map(|time| time.stage).collect();
        assert_eq!(names, ["read", "scan", "write"]);
    }
}
