//! Disclosure control: what may be published of counts of people and of sums of money.
//!
//! A [`rules::DisclosurePolicy`] says what is too small. [`primary`] finds the sensitive cells of a [`table::StatisticalTable`], or of
//! several that are linked to one [`system::LinearSystem`]. [`secondary`] hides further cells, so that nobody can work a sensitive one
//! out. [`attack`] tries to. [`controlled_rounding`] rounds the whole table instead. [`release`] remembers what was published, because
//! two safe tables may be unsafe together. What comes out is a [`publication::Publication`]: the one thing that pages, charts and files
//! of what is published are made of.
//!
//! The files, in reading order: [`rules`], [`table`], [`system`], [`published`], [`primary`], `simplex`, [`attack`], [`protection`],
//! [`secondary`], `exact`, [`controlled_rounding`], [`words`], [`publication`], [`audit`], [`nested`], [`register`], `versions`, `together`,
//! [`release`], [`register_lines`].
//!
//! This crate knows `base` alone: no records, no files, no clock, no random numbers.

pub mod attack;
pub mod audit;
pub mod controlled_rounding;
mod exact;
pub mod nested;
pub mod primary;
pub mod protection;
pub mod publication;
pub mod published;
pub mod register;
pub mod register_lines;
pub mod release;
pub mod rules;
pub mod secondary;
mod simplex;
pub mod system;
pub mod table;
mod together;
mod versions;
pub mod words;
