//! One run of the program.

use std::path::Path;
use std::process::{Command, Output};

/// The program, ready to run in `dir`.
pub(crate) fn program(dir: &Path) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_shotfix"));
    program.current_dir(dir);
    program
}

/// Runs `shotfix ARGS` in `dir`; arguments are parted by spaces.
pub(crate) fn shotfix(dir: &Path, args: &str) -> Run {
    let output = program(dir)
        .args(args.split_whitespace())
        .output()
        .expect("the program starts");
    Run::new(args, output)
}

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Run {
    #[allow(dead_code)] // Shown by Debug when a test fails.
    args: String,
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    pub(crate) fn new(args: &str, output: Output) -> Self {
        let run = Self {
            args: args.to_owned(),
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
            err: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
        };
        run.is_tidy();
        run
    }

    /// True of every run: no panic, nothing said twice, logs on stderr only.
    fn is_tidy(&self) {
        assert!(self.code.is_some(), "killed: {self:#?}");
        assert!(!self.err.contains("panicked"), "{self:#?}");
        for word in ["error:", "warning:"] {
            assert!(!self.out.contains(word), "{word} on stdout: {self:#?}");
        }
        let mut lines: Vec<_> = self.err.lines().filter(|l| !l.trim().is_empty()).collect();
        lines.sort_unstable();
        let said = lines.len();
        lines.dedup();
        assert_eq!(lines.len(), said, "said twice: {self:#?}");
        for line in self.err.lines().filter(|l| l.starts_with("error: ")) {
            let parts: Vec<_> = line.split(": ").collect();
            let twice = parts.windows(2).any(|pair| pair[0] == pair[1]);
            assert!(!twice, "stutters: {self:#?}");
        }
    }

    /// Exit code 0 and nothing on stderr.
    #[track_caller]
    pub(crate) fn done(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:#?}");
        assert_eq!(self.err, "", "{self:#?}");
        self
    }

    /// Exit code 0 and one warning with all of `words`.
    #[track_caller]
    pub(crate) fn done_with_warning(self, words: &[&str]) -> Self {
        assert_eq!(self.code, Some(0), "{self:#?}");
        let told = |line: &str| words.iter().all(|word| line.contains(word));
        let mut warnings = self.err.lines().filter(|l| l.starts_with("warning: "));
        assert!(warnings.any(told), "no warning with {words:?}: {self:#?}");
        self
    }

    /// Exit code 1 and an error with all of `words`.
    #[track_caller]
    pub(crate) fn failed(self, words: &[&str]) -> Self {
        self.ended(1, words)
    }

    /// Exit code 2 and an error with all of `words`.
    #[track_caller]
    pub(crate) fn wrong_usage(self, words: &[&str]) -> Self {
        assert_eq!(self.out, "", "{self:#?}");
        self.ended(2, words)
    }

    #[track_caller]
    fn ended(self, code: i32, words: &[&str]) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        assert!(self.err.contains("error: "), "{self:#?}");
        for word in words {
            assert!(self.err.contains(word), "no {word:?}: {self:#?}");
        }
        self
    }

    /// The burst of [`scene`](crate::scene) was found, within a street's width of where it was.
    #[track_caller]
    pub(crate) fn located(self) -> Self {
        assert!(self.out.contains("2 rounds"), "{self:#?}");
        assert!(self.out.contains("at 40.4396"), "{self:#?}");
        self
    }
}
