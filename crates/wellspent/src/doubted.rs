//! What was read and measured, where findings are looked for, and its rows read again.

use base::day::Day;
use contract::Scheme;
use outcomes::MeasuredOutcomes;
use records::Records;
use records::batch::Batch;
use records::files::TableFile;

/// Gives the rows of a table again, with the name of the file that each batch is from. The rows of several agencies are about persons,
/// as they were linked.
pub(crate) type RowsAgain<'a> = dyn Fn(&str, &mut TakeAgain<'_>) -> anyhow::Result<()> + 'a;

/// What is done with some rows of a file.
pub(crate) type TakeAgain<'a> = dyn FnMut(&str, &Batch) + 'a;

/// The rows of one folder, read again from its files.
pub(crate) fn of_files(files: &[TableFile]) -> impl Fn(&str, &mut TakeAgain<'_>) -> anyhow::Result<()> + '_ {
    |table, take| {
        for file in files.iter().filter(|file| file.table.name == table) {
            let name = file.name();
            file.read(&|_| true, &mut |batch, _| {
                take(&name, &batch);
                Ok(())
            })?;
        }
        Ok(())
    }
}

/// What was read and measured, where findings are looked for.
#[derive(Clone, Copy)]
pub(crate) struct Doubted<'a> {
    pub scheme: &'a Scheme,
    pub records: &'a Records,
    pub measured: &'a MeasuredOutcomes,
    /// The day by which audits are asked about.
    pub by: Day,
    /// The day by which rows had to be known.
    pub known_at: Day,
    pub again: &'a RowsAgain<'a>,
}
