//! A run that has been made, as the files of a pack are written from it.

use contract::Scheme;
use simulation::assumptions::Assumptions;
use simulation::stress::StressTest;

use super::packed_command::PackedCommand;
use crate::folder::SchemeFolder;

/// A run that has been made.
pub struct PackedRun<'a> {
    pub command: PackedCommand,
    pub folder: &'a SchemeFolder,
    pub scheme: &'a Scheme,
    pub assumptions: &'a Assumptions,
    /// The result as the user sees it: the text of the terminal and whatever else was written, without folders.
    pub results: Vec<(String, String)>,
    /// The stress test behind it, where there was one.
    pub stress: Option<&'a StressTest>,
}
