//! A PostgreSQL for the tests: its own data in a temporary folder, reached by a socket there and by no network; gone
//! afterwards.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::test::{quiet, say};

/// A running server.
pub(crate) struct PostgreSql {
    pub(crate) url: String,
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
        let server = PostgreSql { url: format!("postgres://wellspent@{socket}/postgres"), folder, programs };
        if server.run() {
            return Some(server);
        }
        say("PostgreSQL did not start: the tests of the ledger in PostgreSQL are skipped");
        None
    }

    fn run(&self) -> bool {
        let (folder, data) = (self.folder.display().to_string(), self.folder.join("data").display().to_string());
        let own = match root() {
            true => quiet(Command::new("install").args(["-d", "-o", "postgres", "-m", "700", &folder])),
            false => quiet(Command::new("install").args(["-d", "-m", "700", &folder])),
        };
        let options = format!("-k {folder} -c listen_addresses=''");
        let log = self.folder.join("log").display().to_string();
        own && quiet(self.owner("initdb").args(["-D", &data, "-U", "wellspent", "-A", "trust", "-E", "UTF8"]))
            && quiet(self.owner("pg_ctl").args(["-D", &data, "-w", "-l", &log, "-o", &options, "start"]))
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
