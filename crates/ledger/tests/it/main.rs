//! The store on SQLite and on PostgreSQL: the same tests on both. PostgreSQL is the one whose URL is in
//! `WELLSPENT_POSTGRESQL` (the test command starts one); without it those tests say so and are skipped.

mod damage;
mod keeping;
mod places;
mod tls;
