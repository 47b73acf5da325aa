//! Sessions: their states, their timeline of automatic charges, and what falls due when.
//!
//! A session knows nothing of line items. It says what is due and what was charged; the site books it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{ApiVersion, DAY, Millis, RequestedItem, Requester, Share, Tokens};

/// The states of a session (DM-SES-022, DM-SES-035).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SessionState {
    /// Nothing in use, nothing charged.
    Idle,
    /// Items in use, charged each period.
    Active,
    /// Over; the ID cannot be used again (DM-SES-073).
    Terminated,
    /// The server could not complete an operation on it.
    Failed,
}

impl SessionState {
    /// Whether the session can still be worked with.
    #[must_use]
    pub const fn live(self) -> bool {
        matches!(self, Self::Idle | Self::Active)
    }

    /// The word used on the wire and in usage rows.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Idle => "IDLE",
            Self::Active => "ACTIVE",
            Self::Terminated => "TERMINATED",
            Self::Failed => "FAILED",
        }
    }
}

/// One item in use and what was taken for it in the current period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargedItem {
    /// The item as requested.
    pub requested: RequestedItem,
    /// Who paid for the current period.
    pub shares: Vec<Share>,
}

/// Charging from one granted request on (DM-SES-044, DM-TIME-001).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeline {
    /// Time of the granted request.
    pub anchor: Millis,
    /// Charges made, the initial one included.
    pub charges: i64,
    /// Length of a charge period.
    pub period: Millis,
    /// Items in use with the charges of the current period.
    pub charged: Vec<ChargedItem>,
    /// End of an open heartbeat window.
    pub heartbeat_due: Option<Millis>,
    /// When the next automatic charge falls due: the end of the paid period.
    pub next_charge: Millis,
}

impl Timeline {
    /// Tokens taken for the current period.
    #[must_use]
    pub fn charge(&self) -> Tokens {
        self.charged.iter().flat_map(|item| &item.shares).map(|share| share.tokens).sum()
    }
}

/// One session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Made by the server (DM-SES-010).
    pub id: Uuid,
    /// The instance that it belongs to.
    pub instance_id: Arc<str>,
    /// Where it stands.
    pub state: SessionState,
    /// Creation time.
    pub created: Millis,
    /// Order of creation within the site.
    pub sequence: u64,
    /// Time of the last well-formed access request, 0 before the first (DM-SES-061).
    pub last_access_request: Millis,
    /// Time of the last heartbeat, 0 before the first.
    pub last_heart_beat: Millis,
    /// Since when the session is idle (DM-TIME-010).
    pub idle_since: Millis,
    /// The latest requester, who stands on automatic rows (DM-SES-060).
    pub requester: Option<Requester>,
    /// Version of the last granted request, whose code digits stand on automatic rows (S-14); before the first one, the
    /// version that opened the session.
    #[serde(default)]
    pub version: ApiVersion,
    /// The items that an ended session still shows, where the rules have it so (DM-SES-032).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub last_items: Vec<RequestedItem>,
    /// Charging, while ACTIVE.
    pub timeline: Option<Timeline>,
    /// How often the session was saved as a whole.
    #[serde(default)]
    pub revision: u64,
    /// When its timer goes off, and for what; set by the site.
    #[serde(skip)]
    pub timer: Option<(Millis, DueKind)>,
}

/// What moves while a session runs on without a change of its items: little enough to be kept at every heartbeat and
/// every automatic charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionProgress {
    /// Of the save that this goes on from.
    pub revision: u64,
    /// Time of the last heartbeat.
    pub last_heart_beat: Millis,
    /// Charges made.
    pub charges: i64,
    /// When the next automatic charge falls due.
    pub next_charge: Millis,
    /// End of an open heartbeat window.
    pub heartbeat_due: Option<Millis>,
}

/// What can fall due on a session, in the order in which things of one instant happen (DM-TIME-019).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DueKind {
    /// A heartbeat window ends without a heartbeat.
    HeartbeatMissed,
    /// An automatic charge.
    AutomaticCharge,
    /// The idle limit.
    IdleLimit,
}

/// Something that falls due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due {
    /// The time that it carries in rows and refunds.
    pub nominal: Millis,
    /// What it is.
    pub kind: DueKind,
    /// The first instant at which it is certain to happen.
    pub at: Millis,
}

/// How long a session may be idle (DM-TIME-010).
pub const IDLE_LIMIT: Millis = 30 * DAY;

impl Session {
    /// A new session: idle and free (DM-SES-011).
    #[must_use]
    pub const fn new(id: Uuid, instance_id: Arc<str>, now: Millis, sequence: u64) -> Self {
        Self {
            id,
            instance_id,
            state: SessionState::Idle,
            created: now,
            sequence,
            last_access_request: 0,
            last_heart_beat: 0,
            idle_since: now,
            requester: None,
            version: ApiVersion::V1_0,
            last_items: Vec::new(),
            timeline: None,
            revision: 0,
            timer: None,
        }
    }

    /// What falls due next if nothing else happens, given how long a session may be idle.
    #[must_use]
    pub fn next_due(&self, idle_limit: Millis) -> Option<Due> {
        match (self.state, &self.timeline) {
            (SessionState::Idle, _) => {
                let nominal = self.idle_since.saturating_add(idle_limit);
                Some(Due { nominal, kind: DueKind::IdleLimit, at: nominal })
            }
            (SessionState::Active, Some(timeline)) => {
                let charge = Due {
                    nominal: timeline.next_charge,
                    kind: DueKind::AutomaticCharge,
                    at: timeline.next_charge,
                };
                // A heartbeat at the very end of its window still counts, so that the window is only missed once
                // that instant has passed.
                let window = timeline.heartbeat_due.map(|end| Due {
                    nominal: end,
                    kind: DueKind::HeartbeatMissed,
                    at: end + 1,
                });
                Some(window.map_or(charge, |window| if window.at <= charge.at { window } else { charge }))
            }
            _ => None,
        }
    }

    /// What has moved since the last save.
    #[must_use]
    pub fn progress(&self) -> SessionProgress {
        let timeline = self.timeline.as_ref();
        SessionProgress {
            revision: self.revision,
            last_heart_beat: self.last_heart_beat,
            charges: timeline.map_or(0, |timeline| timeline.charges),
            next_charge: timeline.map_or(0, |timeline| timeline.next_charge),
            heartbeat_due: timeline.and_then(|timeline| timeline.heartbeat_due),
        }
    }

    /// Takes up where the progress left off, if it goes on from this very save.
    pub fn resume(&mut self, progress: SessionProgress) {
        if progress.revision != self.revision {
            return;
        }
        self.last_heart_beat = progress.last_heart_beat;
        if let Some(timeline) = &mut self.timeline {
            timeline.charges = progress.charges;
            timeline.next_charge = progress.next_charge;
            timeline.heartbeat_due = progress.heartbeat_due;
        }
    }

    /// Goes idle at this time.
    pub fn halt(&mut self, now: Millis) {
        self.state = SessionState::Idle;
        self.idle_since = now;
        self.timeline = None;
    }

    /// Ends for good; an ended session shows its last items where the rules have it so.
    pub fn terminate(&mut self, shows_items: bool) {
        self.state = SessionState::Terminated;
        let charged = self.timeline.take().map(|timeline| timeline.charged).unwrap_or_default();
        if shows_items {
            self.last_items = charged.into_iter().map(|charged| charged.requested).collect();
        }
    }
}

/// A heartbeat is noted and meets the duty of the last automatic charge; it changes nothing else (DM-HB-012).
pub const fn keep_alive(session: &mut Session, now: Millis) {
    session.last_heart_beat = now;
    if let Some(timeline) = &mut session.timeline {
        timeline.heartbeat_due = None;
    }
}

/// `charge × unused ÷ period` (DM-REF-001).
#[must_use]
pub fn unused_part(charge: Tokens, unused: Millis, period: Millis) -> Tokens {
    charge.part(unused.clamp(0, period), period)
}

/// The whole charge, whatever is left of its period: what a missed heartbeat gives back (DM-TIME-005).
#[must_use]
pub fn whole_charge(charge: Tokens, _unused: Millis, _period: Millis) -> Tokens {
    charge
}

/// Spreads a refund over the charges that it reverses, each in proportion to its own; the parts add up to the
/// refund (DM-REF-003).
#[must_use]
pub fn proportional(charges: &[Tokens], refund: Tokens) -> Vec<Tokens> {
    let total: Tokens = charges.iter().copied().sum();
    if total.is_zero() {
        return vec![Tokens::ZERO; charges.len()];
    }
    let mut left = refund;
    let last = charges.len().saturating_sub(1);
    charges
        .iter()
        .enumerate()
        .map(|(index, charge)| {
            let exact = charge.decimal() / total.decimal() * refund.decimal();
            // The last part takes what rounding left over, so that nothing is lost.
            let part = if index == last { left } else { Tokens::rounded(exact).min(left) };
            left -= part;
            part
        })
        .collect()
}

/// The heartbeat window after an automatic charge: half a period, 30 minutes by default (DM-TIME-004, DM-TIME-014).
#[must_use]
pub const fn half_period(period: Millis) -> Millis {
    period / 2
}

/// When the charge after `charges` charges falls due (DM-TIME-001).
#[must_use]
pub const fn on_schedule(anchor: Millis, charges: i64, period: Millis, _now: Millis) -> Millis {
    anchor + charges * period
}

#[cfg(test)]
mod tests {
    use super::super::{HOUR, MINUTE};
    use super::*;

    #[test]
    fn w6_twenty_minutes_into_an_hour_two_thirds_come_back() {
        assert_eq!(unused_part(Tokens::from(30), 40 * MINUTE, HOUR), Tokens::from(20));
    }

    #[test]
    fn parts_of_a_refund_add_up() {
        let charges = [Tokens::from(7), Tokens::from(49), Tokens::from(1)];
        let refund = Tokens::from(57).part(1, 3);
        let parts = proportional(&charges, refund);
        assert_eq!(parts.iter().copied().sum::<Tokens>(), refund);
        assert!(parts.iter().zip(charges).all(|(part, charge)| *part <= charge));
    }

    #[test]
    fn a_heartbeat_window_ends_after_its_last_instant() {
        let mut session = Session::new(Uuid::nil(), "i".into(), 0, 0);
        session.state = SessionState::Active;
        session.timeline = Some(Timeline {
            anchor: 0,
            charges: 2,
            period: HOUR,
            charged: Vec::new(),
            heartbeat_due: Some(90 * MINUTE),
            next_charge: 2 * HOUR,
        });
        let due = session.next_due(IDLE_LIMIT).unwrap();
        assert_eq!((due.kind, due.nominal, due.at), (DueKind::HeartbeatMissed, 90 * MINUTE, 90 * MINUTE + 1));
    }

    #[test]
    fn an_idle_session_ends_after_thirty_days() {
        let session = Session::new(Uuid::nil(), "i".into(), 5, 0);
        assert_eq!(session.next_due(IDLE_LIMIT).unwrap().nominal, 5 + 30 * DAY);
    }
}
