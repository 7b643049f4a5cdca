//! The command line's manners.
