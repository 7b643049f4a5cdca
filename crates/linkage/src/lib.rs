//! Record linkage: which records of several agencies are of the same person.
//!
//! [`link()`] uses a model that is ready. [`learn_and_link()`] learns one from the records themselves. The steps, from the bottom
//! up (a file uses those above it in this list, and none below):
//!
//! - Values and records: [`distinct_values`] and `hash_order`; [`record_set`]; [`field`] (what a column can be); [`cleaning`],
//!   [`unusable_dates`] and [`source_tables`] (tables become records).
//! - The model: [`model`] is what a model says. [`nicknames`], [`phonetic`] and [`similarity`] compare names; [`features`] takes
//!   the parts of values that are compared. [`standard_comparisons`] is the model for the known kinds of field, before training.
//! - Scoring a pair: [`prepared`] is the model prepared for some records; `comparison_functions`, `multiple_values` and
//!   [`comparison_levels`] find the level of each comparison; `term_frequency` and `upper_bound`; [`scoring`] adds up the match
//!   weight.
//! - Finding pairs: [`blocking`] brings pairs together, and [`blocking_rules`] proposes and chooses rules.
//! - Learning: [`training`] estimates m and u probabilities by expectation-maximisation (EM); [`calibration`] checks the weights
//!   against pairs of one agency.
//! - From pairs to persons: [`prediction`] is a scored pair; [`clustering`] forms persons; [`cohesion`] says what keeps each
//!   person together; [`earlier_persons`], [`overrides`] and [`twins`] are decisions besides the model; [`recall`] estimates what
//!   was missed, and [`evaluation`] compares with known persons. [`pipeline`] puts these together.
//! - Models from elsewhere: [`splink`] reads Splink settings, whose conditions [`sql`] parses.
//!
//! Beside linking: [`identity`] keeps a person's id through every later linkage. [`persons`] are the tables that are handed on.
//! [`draws`] are other linkages that the links allow. [`purpose`] says what may be linked and shown, for what, and on which legal
//! basis. [`pseudonym`] makes names for one project, under a key. [`joined`] reads several agencies' tables as one.
//!
//! Nothing here knows schemes or money. Only [`draws`] uses random numbers, and these are keyed. Rows in any order, on any number
//! of threads, give the same persons.

pub mod blocking;
pub mod blocking_rules;
pub mod calibration;
pub mod cleaning;
pub mod clustering;
pub mod cohesion;
mod comparison_functions;
pub mod comparison_levels;
pub mod distinct_values;
pub mod draws;
pub mod earlier_persons;
pub mod evaluation;
pub mod features;
pub mod field;
pub mod finished_linkage;
mod hash_order;
pub mod identity;
pub mod joined;
pub mod match_weight;
pub mod model;
mod multiple_values;
pub mod nicknames;
pub mod overrides;
pub mod persons;
pub mod phonetic;
pub mod pipeline;
pub mod prediction;
pub mod prepared;
pub mod pseudonym;
pub mod purpose;
pub mod recall;
pub mod record_set;
pub mod scoring;
pub mod similarity;
pub mod source_tables;
pub mod splink;
pub mod sql;
pub mod standard_comparisons;
mod term_frequency;
pub mod training;
pub mod twins;
pub mod unusable_dates;
mod upper_bound;

pub use pipeline::{LinkageOptions, LinkageResult, learn_and_link, link};
