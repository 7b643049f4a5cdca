//! How many threads a command works with, where somebody says so; no result depends on it.

use clap::Args;

#[derive(Args)]
pub(crate) struct Threads {
    /// Threads; the result does not depend on it [default: all cores]
    #[arg(long, value_parser = crate::options::whole::<u32>(1, 1024))]
    threads: Option<u32>,
}

impl Threads {
    /// Makes the threads of this process; asked once, before anything is worked out.
    pub(crate) fn begin(&self) -> anyhow::Result<()> {
        match self.threads {
            Some(threads) => Ok(rayon::ThreadPoolBuilder::new().num_threads(threads as usize).build_global()?),
            None => Ok(()),
        }
    }
}
