//! What a stress test says, to whom: in the terminal, as a page, and to other programs.

pub mod summary;
