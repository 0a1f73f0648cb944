//! Steps of work, counted in tests, so that a test can tell linear work from quadratic without a clock.

/// Notes that `count` bytes, characters, tokens or entries are looked at. Does nothing outside of tests.
#[cfg(not(test))]
#[inline(always)]
pub(crate) const fn looked(_count: usize) {}

/// Does what is done once in a process, such as reading tables: its steps are nobody's.
#[cfg(not(test))]
#[inline(always)]
pub(crate) fn once<T>(work: impl FnOnce() -> T) -> T {
    work()
}

#[cfg(test)]
pub(crate) use counted::{growth, looked, once, steps};

#[cfg(test)]
mod counted {
    use std::cell::Cell;

    thread_local!(static LOOKED: Cell<usize> = const { Cell::new(0) });

    pub(crate) fn looked(count: usize) {
        LOOKED.set(LOOKED.get() + count);
    }

    /// The steps that `work` takes on this thread.
    pub(crate) fn steps(work: impl FnOnce()) -> usize {
        let before = LOOKED.replace(0);
        work();
        LOOKED.replace(before)
    }

    pub(crate) fn once<T>(work: impl FnOnce() -> T) -> T {
        let before = LOOKED.get();
        let done = work();
        LOOKED.set(before);
        done
    }

    /// By how much steps grow for twice the text, from (bytes, steps) of a text and of one about twice as long; and the
    /// same in words.
    pub(crate) fn growth([(small, once), (large, twice)]: [(usize, usize); 2]) -> (String, f64) {
        let growth = twice as f64 / once as f64 / (large as f64 / small as f64) * 2.0;
        let told = format!("{once} steps for {small} bytes, {twice} for {large}: {growth:.2} times for twice the text");
        (told, growth)
    }
}
