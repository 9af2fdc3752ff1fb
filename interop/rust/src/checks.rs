//! How single answers are judged.

use std::fmt::Debug;

/// What was answered must be what was sent, for each sample. Compared as text: NaN equals itself, -0.0 is not 0.0.
pub struct Echoes {
    sent: usize,
    wrong: Option<String>,
}

impl Echoes {
    pub fn new() -> Self {
        Self { sent: 0, wrong: None }
    }

    pub fn add(&mut self, sent: String, answer: Result<impl Debug, impl Debug>) {
        self.sent += 1;
        let wrong = match answer {
            Ok(value) => {
                let came = format!("{value:?}");
                (came != sent).then(|| format!("sent {sent}, came {came}"))
            }
            Err(error) => Some(format!("sent {sent}, failed with {error:?}")),
        };
        self.wrong = self.wrong.take().or(wrong);
    }

    pub fn finish(self) -> Result<String, String> {
        match self.wrong {
            None => Ok(format!("{} values", self.sent)),
            Some(wrong) => Err(wrong),
        }
    }
}

/// The answer must be this one.
pub fn equal(expected: impl Debug, answer: impl Debug) -> Result<String, String> {
    let (expected, came) = (format!("{expected:?}"), format!("{answer:?}"));
    if came == expected {
        Ok(came)
    } else {
        Err(format!("expected {expected}, came {came}"))
    }
}

/// The answer, written out, must contain this.
pub fn contains(part: &str, answer: impl Debug) -> Result<String, String> {
    let came = format!("{answer:?}");
    if came.contains(part) {
        Ok(came)
    } else {
        Err(format!("expected a mention of {part}, came {came}"))
    }
}
