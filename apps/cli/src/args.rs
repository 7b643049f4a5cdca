//! Arguments that several commands share, and what the library is asked for with them.

use anyhow::bail;
use clap::{Args, ValueEnum};
use jiff::civil::Date;
use outcomes::Days;
use records::files::Format;
use records::gate::quality::Accepted;
use wellspent::linked::Joining;
use wellspent::{Access, Actor};

/// The days for which a question is asked.
#[derive(Args, Clone, Copy)]
pub struct DaysArgs {
    /// Count what happened up to this day
    #[arg(long, value_name = "DATE")]
    as_at: Date,
    /// Leave out rows that became known after this day [default: the day of --as-at]
    #[arg(long, value_name = "DATE")]
    known_at: Option<Date>,
}

impl DaysArgs {
    pub fn days(self) -> Days {
        Days { as_at: self.as_at, known_at: self.known_at }
    }
}

/// Who asks, and for which purpose.
#[derive(Args)]
pub struct AccessArgs {
    /// The purpose, as stated in purposes.toml
    #[arg(long, value_name = "NAME")]
    purpose: String,
    #[command(flatten)]
    actor: ActorArgs,
}

#[derive(Args)]
pub struct ActorArgs {
    /// Who is asking, for the access log [default: the user of the operating system]
    #[arg(long, value_name = "NAME", requires = "purpose")]
    asked_by: Option<String>,
}

/// The person who asks: the name that is given, else that of the operating system's user.
pub fn actor(asked_by: Option<&str>) -> anyhow::Result<Actor> {
    let users = ["USER", "LOGNAME", "USERNAME"].into_iter().filter_map(|name| std::env::var(name).ok());
    let name = asked_by.map(str::to_owned).into_iter().chain(users).find(|name| !name.trim().is_empty());
    Actor::new(&name.unwrap_or_default())
}

impl AccessArgs {
    pub fn access(&self) -> anyhow::Result<Access> {
        Ok(Access { actor: actor(self.actor.asked_by.as_deref())?, purpose: self.purpose.clone() })
    }
}

/// For what several agencies' records are joined, and how the linkage is drawn.
#[derive(Args)]
pub struct JoiningArgs {
    /// RECORDS is a folder of several agencies: the purpose for which they are joined, as stated in its purposes.toml
    #[arg(long, value_name = "NAME")]
    purpose: Option<String>,
    /// How many linkages are drawn to say how sure the outcomes are
    #[arg(long, value_name = "COUNT", default_value_t = 200, requires = "purpose")]
    draws: usize,
    /// The seed of the draws
    #[arg(long, value_name = "NUMBER", default_value_t = 1, requires = "purpose")]
    seed: u64,
    #[command(flatten)]
    actor: ActorArgs,
}

impl JoiningArgs {
    /// How the records are joined; none for the records of one agency.
    pub fn joining(&self) -> anyhow::Result<Option<Joining>> {
        let Some(purpose) = &self.purpose else { return Ok(None) };
        let access = Access { actor: actor(self.actor.asked_by.as_deref())?, purpose: purpose.clone() };
        Ok(Some(Joining { access, draws: self.draws, seed: self.seed }))
    }
}

/// Somebody accepts faults that may change the sum.
#[derive(Args, Clone, Default)]
pub struct AcceptArgs {
    /// Continue although faults in the records may change the sum, for this reason. It is recorded with who says so
    #[arg(long, value_name = "REASON")]
    accept_faults: Option<String>,
    /// Who accepts the faults [default for a payment run: who prepares it]
    #[arg(long, value_name = "NAME", requires = "accept_faults")]
    accepted_by: Option<String>,
}

impl AcceptArgs {
    /// Who accepts what, where anybody does; `prepared_by` is used for a name that is not given.
    pub fn accepted(&self, prepared_by: Option<&str>) -> anyhow::Result<Option<Accepted>> {
        let Some(reason) = self.accept_faults.as_deref().map(str::trim) else { return Ok(None) };
        let by = self.accepted_by.as_deref().or(prepared_by).map(str::trim).unwrap_or_default();
        if reason.is_empty() || by.is_empty() {
            let lacks = if reason.is_empty() { "reason" } else { "name" };
            bail!(
                "faults are accepted only with a reason and a name, and the {lacks} is missing\n\nhint: --accept-faults \"REASON\" \
                 --accepted-by NAME"
            );
        }
        Ok(Some(Accepted { by: by.to_owned(), reason: reason.to_owned() }))
    }
}

/// The format of tables of records that are written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    Csv,
    Parquet,
}

impl From<TableFormat> for Format {
    fn from(format: TableFormat) -> Format {
        match format {
            TableFormat::Csv => Format::Csv,
            TableFormat::Parquet => Format::Parquet,
        }
    }
}
