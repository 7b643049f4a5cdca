//! What a stress test says, to whom: in the terminal, as a page, and to other programs.

pub mod charts;
pub mod components;
pub mod duplication;
pub mod glossary;
pub mod html;
pub mod json;
pub mod link;
pub mod quality;
pub mod sensitivity;
pub mod statement;
pub mod statement_parquet;
pub mod summary;
pub mod svg;
pub mod terminal;
pub mod textbook;
pub mod words;
