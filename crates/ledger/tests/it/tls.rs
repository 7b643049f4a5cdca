//! TLS to PostgreSQL: what each `sslmode` asks of the server. The test command starts the server, with a certificate for
//! `localhost` of its own authority.

use ledger::store::{OpenMode, Store};

use crate::locations::{pay, skipped, statement};

/// The URL for TLS and the file of the authority; none if there is no such server.
fn server() -> Option<(String, String)> {
    let found = std::env::var("WELLSPENT_POSTGRESQL_TLS").ok().zip(std::env::var("WELLSPENT_POSTGRESQL_ROOTS").ok());
    if found.is_none() {
        skipped("`cargo xtask test` starts a PostgreSQL with TLS where openssl is installed");
    }
    found
}

/// A ledger in its own schema, opened by the socket and dropped at the end.
struct Schema(String, String);

impl Schema {
    fn new(name: &str) -> Schema {
        let url = std::env::var("WELLSPENT_POSTGRESQL").expect("the socket of the same server");
        let name = format!("wellspent_tls_{name}_{}", std::process::id());
        let mut client = postgres::Client::connect(&url, postgres::NoTls).expect("the PostgreSQL of the tests");
        client.batch_execute(&format!("CREATE SCHEMA {name}")).expect("a schema");
        Schema(url, name)
    }

    fn by(&self, url: &str, options: &str) -> String {
        format!("{url}?options=-c%20search_path%3D{}&{options}", self.1)
    }

    fn encrypted(&self) -> i64 {
        let mut client = postgres::Client::connect(&self.0, postgres::NoTls).expect("the PostgreSQL of the tests");
        let sql =
            "SELECT COUNT(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE ssl AND application_name = 'wellspent'";
        client.query_one(sql, &[]).expect("who is connected").get(0)
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        if let Ok(mut client) = postgres::Client::connect(&self.0, postgres::NoTls) {
            let _ = client.batch_execute(&format!("DROP SCHEMA {} CASCADE", self.1));
        }
    }
}

#[test]
fn a_ledger_is_kept_through_tls_and_only_with_the_right_server() {
    let Some((url, roots)) = server() else { return };
    let schema = Schema::new("modes");
    let by_address = url.replace("@localhost:", "@127.0.0.1:");
    let password = url.split([':', '@']).nth(2).expect("a password").to_owned();
    {
        let mut store =
            Store::open(&schema.by(&url, &format!("sslmode=verify-full&sslrootcert={roots}")), OpenMode::CreateIfMissing)
                .expect("the right server");
        pay(&mut store, &statement("north", 0, &[12])).expect("written");
        assert!(schema.encrypted() > 0, "the connection is encrypted");
    }
    for (url, options, opens) in [
        (&by_address, format!("sslmode=verify-ca&sslrootcert={roots}"), Ok(())),
        (&by_address, "sslmode=require".to_owned(), Ok(())),
        (&url, format!("sslmode=require&sslrootcert={roots}"), Ok(())),
        (&by_address, format!("sslmode=verify-full&sslrootcert={roots}"), Err("name")),
        (&url, "sslmode=verify-full".to_owned(), Err("")),
        (&url, "sslmode=verify-ca&sslrootcert=/dev/null".to_owned(), Err("has no certificate")),
        (&url, "sslmode=verify-ca&sslrootcert=/no/such/file".to_owned(), Err("could not read the certificates")),
        // The server accepts nobody from the network without TLS.
        (&url, "sslmode=disable".to_owned(), Err("")),
    ] {
        match (Store::open(&schema.by(url, &options), OpenMode::Existing), opens) {
            (Ok(store), Ok(())) => assert_eq!(store.ledger().owed("north", "Acme").0, 12 * 4_000, "{options}"),
            (Err(error), Err(words)) => {
                let said = format!("{error:#}");
                assert!(said.contains(words) && !said.contains(&password), "{options}: {said}");
            }
            (Ok(_), Err(_)) => panic!("{options}: it opened"),
            (Err(error), Ok(())) => panic!("{options}: {error:#}"),
        }
    }
    let wrong = url.replace(&password, "hunter2secret");
    let error = Store::open(&schema.by(&wrong, "sslmode=require"), OpenMode::Existing).err().expect("the wrong password");
    assert!(!format!("{error:#}").contains("hunter2"), "{error:#}");
}
