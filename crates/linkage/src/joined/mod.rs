//! What several agencies hold about the same people, and do with them. Reads the tables that linking wrote and those of the
//! agencies, under a stated purpose. How the records were linked is not known here.
//!
//! `timeline`: everything that is held about one person. `duplication`: the same work done twice, and what it costs. `work_spellings`:
//! words that would hide it. `rows`: the agencies' tables as one, under any linkage. `birth_dates`: records of one person that are born on
//! different days. `propagated_uncertainty`: how sure a figure is if the linkage is uncertain.

pub mod birth_dates;
pub mod duplication;
pub mod propagated_uncertainty;
pub mod rows;
pub mod timeline;
pub mod work_spellings;
