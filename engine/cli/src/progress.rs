//! A progress bar for runs that keep a person waiting.

use std::io::IsTerminal;
use std::sync::mpsc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Below this a bar is flicker, not information.
const PATIENCE: Duration = Duration::from_secs(2);

/// A bar on stderr that appears only if the run takes longer than two seconds and stderr is a
/// terminal; otherwise it is silent. It vanishes when dropped.
///
/// Cheap to call from any thread.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    /// Dropped with the bar: a watcher that still waits then knows that the run is over.
    _running: Option<mpsc::Sender<()>>,
}

impl Progress {
    /// A bar of `total` steps; `what` says in a word or two what they are ("files").
    pub fn new(what: &'static str, total: u64) -> Self {
        Self::with(what, total, std::io::stderr().is_terminal())
    }

    fn with(what: &'static str, total: u64, terminal: bool) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(what);
        // A thread of its own: one long step without a tick must not keep the bar hidden.
        let running = terminal.then(|| {
            let (running, over) = mpsc::channel::<()>();
            let bar = bar.clone();
            std::thread::spawn(move || {
                if over.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
                    bar.set_draw_target(ProgressDrawTarget::stderr());
                    bar.enable_steady_tick(Duration::from_millis(200));
                }
            });
            running
        });
        Self {
            bar,
            _running: running,
        }
    }

    /// `n` more steps are done.
    pub fn advance(&self, n: u64) {
        self.bar.inc(n);
    }

    /// Runs `print` while the bar is out of the way, so that a log line is not torn.
    pub fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        self.bar.suspend(print)
    }

    /// Steps done so far.
    pub fn position(&self) -> u64 {
        self.bar.position()
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_from_any_thread_and_stays_silent() {
        let progress = Progress::with("files", 40, false);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..10).for_each(|_| progress.advance(1)));
            }
        });
        assert_eq!(progress.position(), 40);
        assert!(progress.bar.is_hidden());
        assert_eq!(progress.suspend(|| 7), 7);
    }

    #[test]
    fn short_runs_show_nothing_on_a_terminal_either() {
        let progress = Progress::with("files", 1, true);
        progress.advance(1);
        assert!(progress.bar.is_hidden());
    }
}
