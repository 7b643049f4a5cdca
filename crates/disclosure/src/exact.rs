//! The cheapest safe pattern of a small table, by branch and bound. A cell is either hidden or published; a branch is left when
//! hiding all that is undecided would not be safe, or when what it must cost at least is no less than the best pattern known.

use crate::attack::AttackProgram;
use crate::protection::{Pattern, PatternSearch, ProtectionTask, reach};

struct PatternTree<'t, 's> {
    task: &'t ProtectionTask<'s>,
    program: AttackProgram,
    best: Pattern,
    best_cost: f64,
    patterns: usize,
    most: usize,
}

/// Costs closer than this are equal.
const SAME_COST: f64 = 1e-9;

/// The cheapest safe pattern, starting from one that is safe.
pub(crate) fn cheapest(task: &ProtectionTask, start: Pattern, most: usize) -> (Pattern, PatternSearch) {
    let best_cost = start.cost(task);
    let mut tree = PatternTree { task, program: task.program(&start.withheld), best: start, best_cost, patterns: 0, most };
    let cells = task.hidden.len();
    let root = Pattern { also_hidden: vec![false; cells], withheld: tree.best.withheld.clone(), tables: Default::default() };
    let is_complete = tree.branch(&root, &vec![false; cells]);
    let search = if is_complete { PatternSearch::Exact } else { PatternSearch::StoppedAt(tree.patterns) };
    (tree.best, search)
}

impl PatternTree<'_, '_> {
    /// Looks at every pattern that hides what `pattern` hides and shows what is `shown`. Whether it could finish.
    fn branch(&mut self, pattern: &Pattern, shown: &[bool]) -> bool {
        if self.patterns >= self.most {
            return false;
        }
        self.patterns += 1;
        let cost = pattern.cost(self.task);
        if cost + self.at_least(pattern, shown) > self.best_cost - SAME_COST {
            return true;
        }
        let costs: Vec<f64> = (0..shown.len())
            .map(|cell| match (shown[cell], pattern.also_hidden[cell]) {
                (true, _) => f64::INFINITY,
                (_, true) => 0.0,
                _ => self.task.cost(cell),
            })
            .collect();
        let mut pattern = pattern.clone();
        let mut undecided = None;
        for end in pattern.open_ends(self.task) {
            if pattern.tables.contains_key(&end) {
                continue;
            }
            let Some(found) = reach(self.task, &self.program, &pattern, end, &costs, &mut 0) else {
                // Not even hiding all that is undecided protects this cell.
                return true;
            };
            let new = |cell: &usize| self.task.may_hide[*cell].is_some() && !pattern.also_hidden[*cell];
            match found.iter().map(|change| change.0).find(new) {
                None => pattern.note(self.task, &found),
                Some(cell) => undecided = undecided.or(Some(cell)),
            }
        }
        let Some(cell) = undecided else {
            self.best_cost = cost;
            self.best = pattern;
            return true;
        };
        let mut with = pattern.clone();
        with.also_hidden[cell] = true;
        let mut without = shown.to_vec();
        without[cell] = true;
        self.branch(&with, shown) && self.branch(&pattern, &without)
    }

    /// What must be hidden in addition, at least: a hidden cell alone in an equation is known, so each such equation needs one more.
    /// Equations are counted together only where they share no cell that could be hidden.
    fn at_least(&self, pattern: &Pattern, shown: &[bool]) -> f64 {
        let mut used = vec![false; shown.len()];
        let mut sum = 0.0;
        for equation in &self.task.system.equations {
            let cells = || equation.parts.iter().chain([&equation.total]).copied();
            let is_sensitive = |cell: usize| {
                self.task.sensitive.iter().any(|sensitive| sensitive.cell == cell && sensitive.low < sensitive.high)
            };
            let hidden: Vec<usize> =
                cells().filter(|cell| self.task.hidden[*cell].is_some() || pattern.also_hidden[*cell]).collect();
            let [alone] = hidden[..] else { continue };
            let open: Vec<usize> =
                cells().filter(|cell| self.task.may_hide[*cell].is_some() && !shown[*cell] && *cell != alone).collect();
            if !(is_sensitive(alone) || pattern.also_hidden[alone]) || open.is_empty() || open.iter().any(|cell| used[*cell]) {
                continue;
            }
            open.iter().for_each(|cell| used[*cell] = true);
            sum += open.iter().map(|cell| self.task.cost(*cell)).fold(f64::INFINITY, f64::min);
        }
        sum
    }
}
