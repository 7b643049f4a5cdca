//! The file with the contract's terms, and warnings that point into it.

use base::problem::Problem;
use base::scheme_files::SchemeFiles;

/// The file with the contract's terms.
pub const SCHEME_FILE: &str = "scheme.toml";

/// A warning at a table of the file, such as "pay.binary".
pub(crate) fn warning(files: &SchemeFiles, path: &str, what: String) -> Problem {
    let problem = Problem { span: files.span_of(SCHEME_FILE, path), ..Problem::file(SCHEME_FILE, what) };
    problem.warning()
}
