//! Whole methods, compared with published numbers and with each other.
