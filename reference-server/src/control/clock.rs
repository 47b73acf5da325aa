//! The clock of a site.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::operator::{Content, Control, Named, Operator, read as read_body};
use crate::domain::Millis;
use crate::http::errors::Refused;
use crate::site::{Clock, ClockError, Refusal};

/// The end of the year 9999: further no clock goes, so that no sum of times leaves 64 bits.
pub(super) const LATEST: Millis = 253_402_300_799_999;

/// What time it is, and on what kind of clock.
pub(super) async fn read(
    _operator: Operator,
    State(control): State<Control>,
    Named(site): Named<String>,
) -> Result<Response, Refused> {
    let (clock, now) = control.sites.act(&site, |site| (site.clock(), site.now())).await?;
    let mode = match clock {
        Clock::Real => "real",
        Clock::Virtual(_) => "virtual",
    };
    Ok(Json(json!({ "mode": mode, "now": now })).into_response())
}

/// How far to move.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    by: Option<Millis>,
    to: Option<Millis>,
}

/// Moves a virtual clock; what falls due on the way has happened when this returns.
pub(super) async fn advance(
    _operator: Operator,
    State(control): State<Control>,
    Named(site): Named<String>,
    body: Content,
) -> Result<Response, Refused> {
    let advance: Advance = read_body(&body)?;
    let step = advance.step()?;
    let to = match step {
        Step::To(to) => to,
        Step::By(by) => control.sites.act(&site, |site| site.now()).await?.saturating_add(by),
    };
    let moved = control.sites.advance(&site, to).await?;
    let now = moved.map_err(|error: ClockError| Refusal::new(409, error.to_string()))?;
    Ok(Json(json!({ "now": now })).into_response())
}

#[derive(Debug, PartialEq, Eq)]
enum Step {
    By(Millis),
    To(Millis),
}

impl Advance {
    fn step(&self) -> Result<Step, Refusal> {
        let (step, distance) = match (self.by, self.to) {
            (Some(by), None) => (Step::By(by), by),
            (None, Some(to)) => (Step::To(to), to),
            _ => return Err(Refusal::invalid("either `by` or `to` must be given, in ms")),
        };
        if distance > LATEST {
            return Err(Refusal::invalid("no clock goes beyond the year 9999"));
        }
        Ok(step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_moves_by_a_span_or_to_a_time_but_not_both() {
        let step = |by, to| Advance { by, to }.step();
        assert_eq!(step(Some(5), None), Ok(Step::By(5)));
        assert_eq!(step(None, Some(-5)), Ok(Step::To(-5)));
        assert!(step(None, None).is_err() && step(Some(1), Some(1)).is_err());
        assert!(step(Some(LATEST + 1), None).is_err());
    }
}
