//! Runs the program and compares what it says with what a file says it should.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository has a root")
}

/// A day after all that tests pay for: the ledger takes no day to come.
pub(crate) const LATE_ENOUGH: &str = "2035-12-31";

/// Runs `wellspent` in the repository, with no settings of the machine's own.
pub(crate) fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wellspent"));
    // The ledgers of the tests are of days that are still to come.
    command.args(arguments).current_dir(root()).env_remove("NO_COLOR").env_remove("COLUMNS").env("WELLSPENT_TODAY", LATE_ENOUGH);
    command.output().expect("the program starts")
}

/// Standard error, then standard output, then the exit code: all that a user sees.
pub(crate) fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("the program writes UTF-8");
    let code = output.status.code().expect("the program ends by itself");
    format!("{}{}exit code {code}\n", text(&output.stderr), text(&output.stdout))
}

/// Says that the running test is skipped, or a part of it, and why. The line is not captured with what the test prints, so it is seen,
/// and `cargo xtask test` counts it.
pub(crate) fn skipped(why: &str) {
    let thread = std::thread::current();
    let line = format!("skipped: {}: {why}\n", thread.name().unwrap_or("a test"));
    let _ = std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes());
}

/// Says something beside the test's result: what it measured.
#[allow(clippy::print_stderr)]
pub(crate) fn tell(line: &str) {
    eprintln!("{line}");
}

/// A folder of this test's own that goes away with it.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Scratch {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("wellspent-{}-{count}", std::process::id())).join(name);
        fs::create_dir_all(&path).expect("a temporary folder");
        Scratch(path)
    }

    pub(crate) fn path(&self) -> &str {
        self.0.to_str().expect("a path in UTF-8")
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let file = self.0.join(name);
        fs::create_dir_all(file.parent().unwrap_or(&self.0)).expect("a temporary folder");
        fs::write(file, content).expect("a file in the temporary folder");
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Some(parent) = self.0.parent() {
            let _ = fs::remove_dir_all(parent);
        }
    }
}

/// Compares with a file; with `UPDATE=1` writes the file instead. Gives what to print when they differ.
pub(crate) fn differs(file: &Path, found: &str) -> Option<String> {
    let expected = fs::read_to_string(file).unwrap_or_default();
    if expected == found {
        return None;
    }
    if std::env::var_os("UPDATE").is_some() {
        fs::write(file, found).expect("the file can be written");
        return None;
    }
    let file = file.strip_prefix(root()).unwrap_or(file);
    Some(format!("{}\n{}", file.display(), difference(&expected, found)))
}

/// What changed, in few lines: each changed line with one line of context, what was expected with a minus, what was found with a
/// plus.
pub(crate) fn difference(expected: &str, found: &str) -> String {
    /// A reader takes in no more, and one change often repeats.
    const MOST_LINES: usize = 60;
    let diff = similar::TextDiff::from_lines(expected, found).unified_diff().context_radius(1).to_string();
    let mut lines: Vec<String> = diff.lines().map(|line| format!("  {line}")).collect();
    if lines.len() > MOST_LINES {
        let more = lines.len() - MOST_LINES;
        lines.truncate(MOST_LINES);
        lines.push(format!("  … and {more} more lines"));
    }
    lines.join("\n") + "\n"
}

#[test]
fn a_difference_is_told_in_few_lines() {
    let old: String = (1..=1000).map(|number| format!("line {number}\n")).collect();
    let new = old.replace("line 400\n", "line four hundred\n").replace("line 900\n", "");
    assert_eq!(
        difference(&old, &new),
        "  @@ -399,3 +399,3 @@\n   line 399\n  -line 400\n  +line four hundred\n   line 401\n\
         \x20 @@ -899,3 +899,2 @@\n   line 899\n  -line 900\n   line 901\n"
    );
    assert!(difference(&old, "").lines().count() == 61);
}
