//! The store on SQLite and on PostgreSQL, with the same tests on both. `WELLSPENT_POSTGRESQL` has the URL of the PostgreSQL; the test
//! command starts one. Without it those tests report that they are skipped.

mod damage;
mod locations;
mod store;
mod tls;
