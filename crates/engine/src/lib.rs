//! Everything that is computed, as plain functions from tables to tables.
