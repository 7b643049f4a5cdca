//! A PostgreSQL for the tests: its own data in a temporary folder, reached by a socket there and, where openssl is installed, by
//! TLS on this machine alone with a password drawn for the run; gone afterwards.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::test::{quiet, say};

/// A running server.
pub(crate) struct PostgreSql {
    pub(crate) url: String,
    /// Its URL by TLS, and the certificate of the authority that signed its own.
    pub(crate) tls: Option<(String, String)>,
    folder: PathBuf,
    programs: PathBuf,
}

impl PostgreSql {
    /// Starts one. On Debian the package is installed first where it is missing and that is allowed. Without one the tests
    /// that need it say so and are skipped.
    pub(crate) fn start() -> Option<PostgreSql> {
        let Some(programs) = programs().or_else(installed) else {
            say(
                "no PostgreSQL: the tests of the ledger in PostgreSQL are skipped\nhint: install postgresql, then run this again",
            );
            return None;
        };
        let folder = std::env::temp_dir().join(format!("wellspent-postgresql-{}", std::process::id()));
        let socket: String = folder.display().to_string().replace('/', "%2F");
        let url = format!("postgres://wellspent@{socket}/postgres");
        let mut server = PostgreSql { url, tls: None, folder, programs };
        if server.run() {
            return Some(server);
        }
        say("PostgreSQL did not start: the tests of the ledger in PostgreSQL are skipped");
        None
    }

    /// What the tests find the server by.
    pub(crate) fn variables(&self) -> Vec<(&'static str, &str)> {
        let tls = self.tls.iter().flat_map(|(url, roots)| {
            [("WELLSPENT_POSTGRESQL_TLS", url.as_str()), ("WELLSPENT_POSTGRESQL_ROOTS", roots.as_str())]
        });
        [("WELLSPENT_POSTGRESQL", self.url.as_str())].into_iter().chain(tls).collect()
    }

    fn run(&mut self) -> bool {
        let (folder, data) = (self.folder.display().to_string(), self.folder.join("data").display().to_string());
        let own = match root() {
            true => quiet(Command::new("install").args(["-d", "-o", "postgres", "-m", "711", &folder])),
            false => quiet(Command::new("install").args(["-d", "-m", "700", &folder])),
        };
        let log = self.folder.join("log").display().to_string();
        if !own || !quiet(self.owner("initdb").args(["-D", &data, "-U", "wellspent", "-A", "trust", "-E", "UTF8"])) {
            return false;
        }
        let encrypted = self.certificates();
        let options = match &encrypted {
            Some(port) => format!(
                "-k {folder} -p {port} -c listen_addresses=127.0.0.1 -c ssl=on -c ssl_cert_file={folder}/server.crt -c \
                 ssl_key_file={folder}/server.key -c hba_file={folder}/hba"
            ),
            None => format!("-k {folder} -c listen_addresses=''"),
        };
        if !quiet(self.owner("pg_ctl").args(["-D", &data, "-w", "-l", &log, "-o", &options, "start"])) {
            return false;
        }
        if let Some(port) = encrypted {
            self.url = self.url.replace("/postgres", &format!(":{port}/postgres"));
            let password = format!("{:016x}", RandomState::new().build_hasher().finish());
            let sql = format!("ALTER USER wellspent PASSWORD '{password}'");
            let port = port.to_string();
            let psql = ["-h", &folder, "-p", &port, "-U", "wellspent", "-d", "postgres", "-c", &sql];
            if quiet(self.owner("psql").args(psql)) {
                let url = format!("postgres://wellspent:{password}@localhost:{port}/postgres");
                self.tls = Some((url, format!("{folder}/ca.crt")));
            }
        }
        true
    }

    /// Makes an authority and a certificate of it for `localhost`, and lets nobody in from the network without a password. Gives a
    /// free port; nothing where there is no openssl.
    fn certificates(&self) -> Option<u16> {
        let hba = "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\nhostssl all all ::1/128 scram-sha-256\n";
        let script = format!(
            "set -e; umask 077; k='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
             openssl req -x509 $k -keyout ca.key -out ca.crt -days 2 -subj '/CN=wellspent tests'
             openssl req $k -keyout server.key -out server.csr -subj /CN=localhost
             printf 'subjectAltName=DNS:localhost' > names
             openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -out server.crt -extfile names
             printf '{hba}' > hba; chmod 644 ca.crt",
            hba = hba.replace('\n', "\\n")
        );
        let mut shell = match root() {
            true => Command::new("runuser"),
            false => Command::new("sh"),
        };
        if root() {
            shell.args(["-u", "postgres", "--", "sh"]);
        }
        if !quiet(shell.args(["-c", &script]).current_dir(&self.folder)) {
            say("openssl is missing: the tests of TLS to PostgreSQL are skipped");
            return None;
        }
        let free = std::net::TcpListener::bind(("127.0.0.1", 0)).ok()?;
        free.local_addr().ok().map(|address| address.port())
    }

    /// A program of the server's. It refuses to run as root, so root runs it as the user that its package made.
    fn owner(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        if !root() {
            let mut command = Command::new(program);
            command.current_dir(&self.folder);
            return command;
        }
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program).current_dir(&self.folder);
        command
    }
}

impl Drop for PostgreSql {
    fn drop(&mut self) {
        let data = self.folder.join("data").display().to_string();
        quiet(self.owner("pg_ctl").args(["-D", &data, "-m", "immediate", "stop"]));
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// The folder of the newest server that is installed: Debian keeps them out of the way, others on the path.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions.map(|entry| entry.path().join("bin")).filter(|bin| bin.join("initdb").is_file()).max();
    let on_path = || {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|folder: &PathBuf| Path::new(folder).join("initdb").is_file())
    };
    newest.or_else(on_path)
}

fn installed() -> Option<PathBuf> {
    say("PostgreSQL is missing: asking Debian's package manager for it");
    quiet(Command::new("apt-get").args(["update", "-qq"]));
    quiet(Command::new("apt-get").args(["install", "-y", "-qq", "--no-install-recommends", "postgresql"]));
    programs()
}
