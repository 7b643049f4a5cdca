//! Predictions: pairs of records with their match weights.

/// A pair of records, the lower first, and its match weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    pub left: u32,
    pub right: u32,
    /// The match weight, in bits.
    pub weight: f32,
    /// The levels of its comparisons as one number: see [`super::scoring::Scorer::pattern`].
    pub pattern: u32,
}

/// Finds predictions by their records.
pub struct PredictionIndex<'a> {
    predictions: &'a [Prediction],
    /// Where the predictions of each lower record begin.
    starts: Vec<u32>,
}

impl PredictionIndex<'_> {
    /// An index of predictions that are in order.
    #[must_use]
    pub fn new(records: usize, predictions: &[Prediction]) -> PredictionIndex<'_> {
        let mut starts = vec![0; records + 1];
        predictions.iter().for_each(|prediction| starts[prediction.left as usize + 1] += 1);
        (1..starts.len()).for_each(|at| starts[at] += starts[at - 1]);
        PredictionIndex { predictions, starts }
    }

    /// The match weight of a pair, lower record first, if there is a prediction for it.
    #[must_use]
    pub fn bits(&self, left: u32, right: u32) -> Option<f64> {
        let (from, to) = (self.starts[left as usize] as usize, self.starts[left as usize + 1] as usize);
        let found = self.predictions[from..to].iter().find(|prediction| prediction.right == right);
        found.map(|prediction| f64::from(prediction.weight))
    }
}
