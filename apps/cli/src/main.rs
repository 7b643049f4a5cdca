//! The command line. One file per command under `commands/`, named as the command.
//!
//! Data goes to standard output, everything else to standard error. Exit code 0: fine; 1: something was found (errors in a
//! scheme, a failed example); 2: it could not run.

mod args;
mod commands;
mod options;
mod output;
mod print;
mod progress;
mod publishing;
mod renamed;
mod threads;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use wellspent::Error;
use wellspent::error::ErrorKind;

#[derive(Parser)]
#[command(
    name = "wellspent",
    version,
    about = "Test a payment-by-results scheme before it is signed",
    long_about = "Tests a payment-by-results scheme before it is signed: reads its own rules, finds out how a provider would earn \
                  most under them, and shows in plain words which unintended risks that brings.\n\nSCHEME is a folder with a \
                  scheme.toml, or the name of a scheme that comes with the program, such as plain-linear. `wellspent schemes` \
                  lists those.",
    after_help = "Examples:\n  wellspent new my-scheme\n  wellspent check my-scheme\n  wellspent stress my-scheme --html report.html"
)]
struct Cli {
    /// Read files outside the folder of a scheme, a map's data or a linkage where it names them or links to them
    #[arg(long, global = true)]
    allow_outside_files: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start a scheme: a folder with comments and invented figures that can be checked and tested as it is
    New(commands::new::New),
    /// List the schemes that come with the program
    Schemes(commands::schemes::Schemes),
    /// Check a scheme: every error and warning at once, and its worked examples
    Check(commands::check::Check),
    /// Print the contract as an English term sheet with a table of payments
    Explain(commands::explain::Explain),
    /// Price a tally to the penny, a line per clause with its reason
    Price(commands::price::Price),
    /// Produce a statement, and prepare a payment run for somebody else to approve
    Pay(commands::pay::Pay),
    /// Approve a payment run that somebody else prepared, and post it
    Approve(commands::approve::Approve),
    /// Look into the ledger, record what was paid and compare it with the bank: verify, show, balance, settle, reconcile …
    Ledger(commands::ledger::LedgerCommand),
    /// Test a scheme against its own rules and report its unintended risks
    Stress(commands::stress::Stress),
    /// Find the cheapest changes to the rules that remove the risks, and write them into a new scheme
    Fix(commands::fix::FixArgs),
    /// Compare two schemes: changed terms, cost, people better and worse off, and risks
    Compare(commands::compare::Compare),
    /// Search prices, gates, limits and fees for the scheme that does most for the public under a budget
    Design(commands::design::Design),
    /// Play a market of several providers: who takes part, what each rule does, and whom it harms
    Market(commands::market::MarketArgs),
    /// Show which uncertain assumptions the result depends on
    Sensitivity(commands::sensitivity::Sensitivity),
    /// Repeat the run of an assurance pack and show what differs
    Verify(commands::verify::Verify),
    /// Show every draw of one simulated person, to be worked out again elsewhere
    Replay(commands::replay::Replay),
    /// Show who and what is behind a line of a statement, or everything that was decided for one person
    Why(commands::why::Why),
    /// Compare what providers claim with what the records show
    Claims(commands::claims::Claims),
    /// Check lines of invoices and plans against price × results, and add up what was paid and planned, each sum once
    Invoices(commands::invoices::Invoices),
    /// Show who holds which lots, by provider and by region
    Lots(commands::lots::Lots),
    /// Write full records of simulated people, on which `pay` pays what the simulation pays
    Simulate(commands::simulate::Simulate),
    /// Measure outcomes from dated records: who reached what, and who is not yet known
    Measure(commands::measure::Measure),
    /// Answer whether a service worked, by the design that a spec names, with everything a careful reader asks
    Evaluate(commands::evaluate::Evaluate),
    /// Compare the providers of a contract with what is expected of their people: a funnel plot, and no league table
    CompareProviders(commands::compare_providers::CompareProviders),
    /// Watch live records for every risk of the catalogue: flags with their evidence, and what to check first
    Watch(commands::watch::WatchRecords),
    /// Show what was published of people, by whom, and what was hidden
    Releases(commands::releases::Releases),
    /// Place people with providers by the rules of the scheme's market
    Refer(commands::refer::Refer),
    /// Show one person's timeline across agencies, for a stated purpose
    Person(commands::person::Person),
    /// Show how many agencies serve the same people, what is done twice, and what that costs
    Duplication(commands::duplication::Duplication),
    /// Write what a purpose shows under pseudonyms of its own
    Pseudonymise(commands::pseudonymise::Pseudonymise),
    /// Look at tables of records
    Records(commands::records::RecordsArgs),
    /// Convert amounts of different price years to the prices of one year
    Uprate(commands::uprate::Uprate),
    /// Find which records of several agencies are the same person, without labels
    Link(commands::link::Link),
    /// Explain a term
    Glossary(commands::glossary::Glossary),
    /// Print the description of a result or of a table of records, for other programs
    Schema(commands::schema::Schema),
    /// Print a script that completes commands and options in a shell
    Completions(commands::completions::Completions),
    /// Print the manual page of the program or of one command
    Man(commands::man::Man),
}

/// Does what the command line asks for.
fn main() -> ExitCode {
    // A fault of our own is told like everything else: what it read may be in its words.
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| match std::env::var_os("RUST_BACKTRACE") {
        Some(_) => usual(panic),
        None => print::stderr(&format!("error: a fault in wellspent itself: {panic}")),
    }));
    let (arguments, notes) = match renamed::renamed(std::env::args_os()) {
        Ok(renamed) => renamed,
        Err(both) => return failed(both),
    };
    print::notes(&notes);
    let given = options::checked(Cli::command()).try_get_matches_from(arguments);
    let given = given.and_then(|given| Cli::from_arg_matches(&given));
    let cli = match given {
        Ok(cli) => cli,
        Err(said) => return usage(&said),
    };
    options::set_reach(cli.allow_outside_files);
    let result = match cli.command {
        Command::New(command) => commands::new::run(&command),
        Command::Schemes(command) => commands::schemes::run(&command),
        Command::Check(command) => commands::check::run(&command),
        Command::Explain(command) => commands::explain::run(&command),
        Command::Price(command) => commands::price::run(&command),
        Command::Pay(command) => commands::pay::run(&command),
        Command::Approve(command) => commands::approve::run(command),
        Command::Ledger(command) => commands::ledger::run(command),
        Command::Stress(command) => commands::stress::run(&command),
        Command::Fix(command) => commands::fix::run(&command),
        Command::Compare(command) => commands::compare::run(&command),
        Command::Design(command) => commands::design::run(&command),
        Command::Market(command) => commands::market::run(&command),
        Command::Sensitivity(command) => commands::sensitivity::run(&command),
        Command::Verify(command) => commands::verify::run(&command),
        Command::Replay(command) => commands::replay::run(&command),
        Command::Why(command) => commands::why::run(&command),
        Command::Claims(command) => commands::claims::run(&command),
        Command::Invoices(command) => commands::invoices::run(command),
        Command::Lots(command) => commands::lots::run(command),
        Command::Simulate(command) => commands::simulate::run(&command),
        Command::Measure(command) => commands::measure::run(&command),
        Command::Evaluate(command) => commands::evaluate::run(command),
        Command::CompareProviders(command) => commands::compare_providers::run(&command),
        Command::Watch(command) => commands::watch::run(&command),
        Command::Releases(command) => commands::releases::run(&command),
        Command::Refer(command) => commands::refer::run(&command),
        Command::Person(command) => commands::person::run(&command),
        Command::Duplication(command) => commands::duplication::run(&command),
        Command::Pseudonymise(command) => commands::pseudonymise::run(&command),
        Command::Records(command) => commands::records::run(&command),
        Command::Uprate(command) => commands::uprate::run(command),
        Command::Link(command) => commands::link::run(&command),
        Command::Glossary(command) => commands::glossary::run(&command),
        Command::Schema(command) => commands::schema::run(&command),
        Command::Completions(command) => commands::completions::run(&command),
        Command::Man(command) => commands::man::run(&command),
    };
    match result {
        Ok(code) => code,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => failed(error.into()),
    }
}

/// Shows why there is no result. Mistakes in files, a broken ledger and whatever is refused are answers; anything else kept us
/// from answering.
fn failed(error: Error) -> ExitCode {
    print::notes(&error.notes);
    error.problems.iter().for_each(|problem| print::stderr(problem));
    if !error.what.is_empty() {
        print::stderr(&format!("error: {error}"));
    }
    ExitCode::from(if error.kind == ErrorKind::Failed { 2 } else { 1 })
}

/// Help, the version, or what is wrong with the command line: it shows the arguments, so it passes where everything does.
fn usage(said: &clap::Error) -> ExitCode {
    if said.kind() == clap::error::ErrorKind::InvalidUtf8 {
        print::stderr(
            "error: a name, a reason or another text on the command line is not UTF-8\n\nhint: only paths may have other characters",
        );
        return ExitCode::from(2);
    }
    let text = said.render().to_string();
    if said.use_stderr() {
        print::stderr(text.trim_end_matches('\n'));
    } else {
        // A closed pipe has seen enough.
        let _ = print::stdout(&text);
    }
    ExitCode::from(u8::try_from(said.exit_code()).unwrap_or(2))
}

/// Whoever read our output has seen enough: `wellspent explain … | head`.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
