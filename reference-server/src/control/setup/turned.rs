//! Why somebody does not get what they came for, and the page that says so.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::pages;
use super::router::ENTRANCE;
use crate::http::errors::Refused;
use crate::site::Refusal;
use crate::sites::SitesError;

/// What turns a visitor away.
#[derive(Debug)]
pub(super) enum Turned {
    /// The control protocol is switched off.
    Off,
    /// They are not logged in, or no longer, and wanted to look at something.
    Stranger,
    /// They are not logged in, or no longer, and wanted to change something.
    Expired,
    /// The form is not one that this login was given.
    Elsewhere,
    /// There is no such page.
    Nothing,
    /// The control protocol does not take what they want.
    Refused(Refusal),
}

impl From<SitesError> for Turned {
    fn from(error: SitesError) -> Self {
        match error {
            SitesError::Unknown(_) => Self::Nothing,
            other => Self::Refused(Refused::from(other).0),
        }
    }
}

impl IntoResponse for Turned {
    fn into_response(self) -> Response {
        let told = |status, title, text: &str| (status, pages::notice(title, text)).into_response();
        match self {
            Self::Stranger => Redirect::to(ENTRANCE).into_response(),
            Self::Off => told(
                StatusCode::FORBIDDEN,
                "Not served here",
                "The control protocol is off because the server does not listen on loopback. \
                 `chargeproof serve --control-beyond-loopback` allows it.",
            ),
            Self::Expired => {
                let text =
                    "This needs a login, and yours has ended. Nothing was changed; log in and do it again.";
                (StatusCode::FORBIDDEN, pages::entrance(Some(text))).into_response()
            }
            Self::Elsewhere => told(
                StatusCode::FORBIDDEN,
                "Nothing was changed",
                "This form did not come from the page that you are logged in to.",
            ),
            Self::Nothing => told(StatusCode::NOT_FOUND, "Not found", "There is no such site or page."),
            Self::Refused(refusal) => {
                let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
                told(status, "This cannot be done", &refusal.messages.join("; "))
            }
        }
    }
}
