//! A watch for a terminal.

use super::{WatchReport, words};
use crate::terminal::Terminal;

impl WatchReport {
    /// The report for a terminal.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        let title = format!("Watch on {}, up to {}", self.scheme, self.as_at);
        let mut out = format!("{}\n\n{}\n", terminal.bold(&terminal.wrap(&title, 0)), terminal.wrap(&words::answer(self), 0));
        for looked in self.flags() {
            let heading = words::heading(self, looked);
            let heading = if looked.stands_serious { terminal.red(&heading) } else { terminal.bold(&heading) };
            out += &format!("\n{heading}\n");
            let mut lines = vec![words::strength(looked)];
            lines.extend(words::speaking(looked).map(words::signal));
            let detector = looked.risk.risk().detector;
            lines.push(format!("Check first: {}", detector.explanations.join(" ")));
            lines.push(format!("What would settle it: {}.", detector.settled_by));
            lines.push(format!("Tuned to: {}.", detector.tuned_to));
            lines.extend(self.remembered(looked).map(words::remembered));
            out += &terminal.list(&lines);
        }
        let past = self.past();
        if !past.is_empty() {
            let lines: Vec<String> = past.iter().map(|looked| words::past(self, looked)).collect();
            out += &format!("\n{}\n{}", terminal.bold("Flags that no longer stand"), terminal.list(&lines));
        }
        if let Some(memory) = &self.memory {
            out += &format!("\n{}\n", terminal.wrap(&words::precision(memory), 0));
        }
        out += &format!("\n{}\n{}", terminal.bold("How to read a flag"), terminal.list(&words::about_flags()));
        let not = words::not_looked_for(self);
        if !not.is_empty() {
            out += &format!("\n{}\n{}", terminal.bold("Not looked for"), terminal.list(&not));
        }
        out
    }
}
