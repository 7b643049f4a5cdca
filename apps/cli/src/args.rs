//! Arguments that several commands share, and what the library is asked for with them.

use anyhow::bail;
use clap::{Args, ValueEnum};
use jiff::civil::Date;
use wellspent::{AcceptedFaults, Access, Actor, FileFormat, JoinOptions, QueryDates};

/// The days for which a question is asked.
#[derive(Args, Clone, Copy)]
pub(crate) struct DaysArgs {
    /// Count what happened up to this day
    #[arg(long, value_name = "DATE")]
    as_at: Date,
    /// Leave out rows that became known after this day [default: the day of --as-at]
    #[arg(long, value_name = "DATE")]
    known_at: Option<Date>,
}

impl DaysArgs {
    pub(crate) fn days(self) -> QueryDates {
        QueryDates { as_at: self.as_at, known_at: self.known_at }
    }
}

/// Who is asking, and for which purpose.
#[derive(Args)]
pub(crate) struct AccessArgs {
    /// The purpose, as stated in purposes.toml
    #[arg(long, value_name = "NAME")]
    purpose: String,
    #[command(flatten)]
    actor: ActorArgs,
}

#[derive(Args)]
pub(crate) struct ActorArgs {
    /// Who is asking, for the access log [default: the user of the operating system]
    #[arg(long, value_name = "NAME")]
    pub(crate) asked_by: Option<String>,
}

/// The person who is asking: the name that is given, else that of the operating system's user.
pub(crate) fn actor(asked_by: Option<&str>) -> anyhow::Result<Actor> {
    let users = ["USER", "LOGNAME", "USERNAME"].into_iter().filter_map(|name| std::env::var(name).ok());
    let name = asked_by.map(str::to_owned).into_iter().chain(users).find(|name| !name.trim().is_empty());
    Ok(Actor::new(&name.unwrap_or_default())?)
}

/// The account that runs the program, where the operating system tells it without an environment.
fn account() -> Option<String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let id = std::fs::metadata("/proc/self").ok()?.uid().to_string();
        let accounts = std::fs::read_to_string("/etc/passwd").ok()?;
        let name =
            accounts.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|parts| parts.get(2) == Some(&id.as_str()))?;
        Some(name[0].to_owned())
    }
    #[cfg(not(unix))]
    None
}

/// The same for files that whoever may read them may read: the account that runs the program is a name, too.
pub(crate) fn actor_of_own(asked_by: Option<&str>) -> anyhow::Result<Actor> {
    match (actor(asked_by), account()) {
        (Err(_), Some(account)) if asked_by.is_none() => Ok(Actor::new(&account)?),
        (found, _) => found,
    }
}

impl AccessArgs {
    pub(crate) fn access(&self) -> anyhow::Result<Access> {
        Ok(Access { actor: actor(self.actor.asked_by.as_deref())?, purpose: self.purpose.clone() })
    }
}

/// Why several agencies' records are joined, and how the linkage is drawn.
#[derive(Args)]
pub(crate) struct JoiningArgs {
    /// RECORDS is a folder of several agencies: the purpose for which they are joined, as stated in its purposes.toml
    #[arg(long, value_name = "NAME")]
    purpose: Option<String>,
    /// How many linkages are drawn to estimate how certain the outcomes are
    #[arg(long, value_name = "COUNT", default_value_t = 200, requires = "purpose")]
    draws: usize,
    /// The seed of the draws
    #[arg(long, value_name = "NUMBER", default_value_t = 1, requires = "purpose")]
    seed: u64,
    #[command(flatten)]
    actor: ActorArgs,
}

impl JoiningArgs {
    /// Who is asking, where a name is given.
    pub(crate) fn asked_by(&self) -> Option<&str> {
        self.actor.asked_by.as_deref()
    }

    /// Who asks for the outcomes of each person, for a purpose in words. With several agencies, their stated purpose comes first.
    pub(crate) fn access_for(&self, purpose: &str) -> anyhow::Result<Access> {
        if purpose.trim().is_empty() {
            bail!("say why you need the outcomes of each person: add --for PURPOSE. We log who looked at whose records");
        }
        let stated = self.purpose.as_ref().map_or(String::new(), |stated| format!("{stated}: "));
        Ok(Access { actor: actor(self.actor.asked_by.as_deref())?, purpose: format!("{stated}{}", purpose.trim()) })
    }

    /// The same for one agency's own records, which whoever may read the folder may read: the account that runs the program is a name.
    pub(crate) fn access_to_own(&self, purpose: &str) -> anyhow::Result<Access> {
        if self.purpose.is_some() || purpose.trim().is_empty() {
            return self.access_for(purpose);
        }
        Ok(Access { actor: actor_of_own(self.actor.asked_by.as_deref())?, purpose: purpose.trim().to_owned() })
    }

    /// How the records are joined; none for the records of one agency.
    pub(crate) fn joining(&self) -> anyhow::Result<Option<JoinOptions>> {
        if self.purpose.is_none() && self.actor.asked_by.is_some() {
            bail!("--asked-by needs --purpose NAME, for a folder of several agencies");
        }
        self.joining_or_none()
    }

    /// The same, where a person may ask for something else than joined records.
    pub(crate) fn joining_or_none(&self) -> anyhow::Result<Option<JoinOptions>> {
        let Some(purpose) = &self.purpose else { return Ok(None) };
        let access = Access { actor: actor(self.actor.asked_by.as_deref())?, purpose: purpose.clone() };
        Ok(Some(JoinOptions { access, draws: self.draws, seed: self.seed }))
    }
}

/// Somebody accepts faults that may change the result.
#[derive(Args, Clone, Default)]
pub(crate) struct AcceptArgs {
    /// Continue although faults in the records may change the result, for this reason. We record it with the name
    #[arg(long, value_name = "REASON")]
    accept_faults: Option<String>,
    /// Who accepts the faults [default for a payment run: who prepares it]
    #[arg(long, value_name = "NAME", requires = "accept_faults")]
    accepted_by: Option<String>,
}

impl AcceptArgs {
    /// Who accepts the faults and why, where anybody does; `prepared_by` stands in for a name that is not given.
    pub(crate) fn accepted(&self, prepared_by: Option<&str>) -> anyhow::Result<Option<AcceptedFaults>> {
        let Some(reason) = self.accept_faults.as_deref().map(str::trim) else { return Ok(None) };
        let by = self.accepted_by.as_deref().or(prepared_by).map(str::trim).unwrap_or_default();
        if reason.is_empty() || by.is_empty() {
            let lacks = if reason.is_empty() { "reason" } else { "name" };
            bail!(wellspent::Error::failed(
                format!("faults are accepted only with a reason and a name, and the {lacks} is missing"),
                "--accept-faults \"REASON\" --accepted-by NAME"
            ));
        }
        Ok(Some(AcceptedFaults { by: by.to_owned(), reason: reason.to_owned() }))
    }
}

/// The format of tables of records that are written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    Csv,
    Parquet,
}

impl From<TableFormat> for FileFormat {
    fn from(format: TableFormat) -> FileFormat {
        match format {
            TableFormat::Csv => FileFormat::Csv,
            TableFormat::Parquet => FileFormat::Parquet,
        }
    }
}
