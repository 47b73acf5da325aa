//! What happens on sessions by itself: automatic charges, missed heartbeats, the idle limit.

use uuid::Uuid;

use super::Site;
use super::booking::Activity;
use crate::domain::usage_row::RowKind;
use crate::domain::{
    ApiVersion, Asking, ChargedItem, Dictionary, ItemVerdict, Millis, Pricing, RequestedItem, Requester,
    Session, SessionState, Share, Timeline, sale_rules,
};

/// What an automatic charge needs of its session, taken out of it while the charge is made: millions of charges a day
/// would otherwise copy the same names again and again.
struct Running {
    /// Without its items.
    timeline: Timeline,
    requester: Option<Requester>,
    version: ApiVersion,
    created: Millis,
    last_heartbeat: Millis,
    /// The items in use.
    items: Vec<RequestedItem>,
    /// Who paid for each of them in the period that ends.
    former: Vec<Vec<Share>>,
}

impl Running {
    /// Takes them out of an active session.
    fn of(session: &mut Session) -> Option<Self> {
        let mut timeline = session.timeline.take()?;
        let charged = std::mem::take(&mut timeline.charged).into_iter();
        let (items, former) = charged.map(|charged| (charged.requested, charged.shares)).unzip();
        Some(Self {
            timeline,
            requester: session.requester.take(),
            version: session.version,
            created: session.created,
            last_heartbeat: session.last_heart_beat,
            items,
            former,
        })
    }

    /// The charges of the period that ends.
    fn charged(&self) -> Vec<ChargedItem> {
        paired(self.items.clone(), self.former.clone())
    }
}

/// Items with who pays for them.
fn paired(items: Vec<RequestedItem>, shares: Vec<Vec<Share>>) -> Vec<ChargedItem> {
    let pairs = items.into_iter().zip(shares);
    pairs.map(|(requested, shares)| ChargedItem { requested, shares }).collect()
}

/// The items that were granted, with who pays for them.
fn granted_items(items: Vec<RequestedItem>, verdicts: Vec<ItemVerdict>) -> Vec<ChargedItem> {
    let mut charged = Vec::with_capacity(items.len());
    for (requested, verdict) in items.into_iter().zip(verdicts) {
        if let ItemVerdict::Granted(shares) = verdict {
            charged.push(ChargedItem { requested, shares });
        }
    }
    charged
}

impl Site {
    /// A heartbeat window has passed without a heartbeat: the whole last automatic charge goes back and the session
    /// ends (DM-TIME-005).
    pub(super) fn heartbeat_missed(&mut self, id: Uuid) {
        let Ok((session, instance)) = self.live_session(id, ApiVersion::V1_0) else { return };
        let session = session.clone();
        self.end(&session, &instance, self.rules.missed_heartbeat_refund);
        self.changed_session(id);
    }

    /// Charges the items in use for another period, from line items and rates as they are now and all or
    /// nothing (DM-TIME-001, DM-TIME-002, DM-TIME-016); without tokens the session ends (DM-TIME-003,
    /// DM-LI-A13, DM-TIME-013, DM-TIME-017).
    pub(super) fn automatic_charge(&mut self, id: Uuid) {
        let Ok((_, instance)) = self.live_session(id, ApiVersion::V1_0) else { return };
        let Some(running) = self.sessions.get_mut(&id).and_then(|session| Running::of(session)) else {
            return;
        };
        let Running { timeline, requester, items, .. } = &running;
        let nothing = Dictionary::new();
        let ask_again = self.rules.access.automatic_charges_ask_again;
        let as_granted = if ask_again { Vec::new() } else { running.charged() };
        let asking = Asking {
            dictionary: requester.as_ref().map_or(&nothing, |requester| &requester.dictionary),
            admits: self.rules.access.admits_in_session,
            as_granted: &as_granted,
        };
        let pricing = Pricing {
            at: (self.rules.sessions.automatic_rates_of)(timeline.anchor, self.now),
            period: Some((self.rules.next_period)(timeline.period, self.charge_period())),
        };
        let mut verdicts = self.price_all(&instance.id, asking, items, pricing, &[]);
        let granted: Vec<bool> = verdicts.iter().map(ItemVerdict::granted).collect();
        let goes_on = (self.rules.sessions.may_go_on)(self.now - running.created);
        let stands = goes_on && (self.rules.session_stands)(&granted);
        let state = if stands { SessionState::Active } else { self.rules.state_without_tokens };
        let activity = Activity {
            correlation_id: (self.rules.sessions.automatic_correlation)(id),
            instance: &instance,
            requester: requester.as_ref(),
            session: Some((id, state)),
            version: running.version,
        };
        if stands {
            self.book(&activity, RowKind::AutomaticCharge, items, &verdicts);
        } else {
            sale_rules::block_granted(&mut verdicts);
            if self.rules.denied_automatic_rows {
                self.book(&activity, RowKind::Denied, items, &verdicts);
            }
        }
        let next = self.next_period(timeline, stands, running.last_heartbeat);
        self.go_on(id, state, running, next, stands.then_some(verdicts));
    }

    /// Puts the session into the state after an automatic charge. One that goes on as it was is not saved as a whole.
    fn go_on(
        &mut self,
        id: Uuid,
        state: SessionState,
        running: Running,
        mut next: Timeline,
        charged: Option<Vec<ItemVerdict>>,
    ) {
        let Running { mut timeline, requester, items, former, .. } = running;
        let same_time = (timeline.anchor, timeline.period) == (next.anchor, next.period);
        let same_shares = |verdicts: &Vec<ItemVerdict>| {
            verdicts.iter().map(ItemVerdict::shares).eq(former.iter().map(Vec::as_slice))
        };
        let as_it_was = same_time && charged.as_ref().is_some_and(same_shares);
        match charged {
            Some(verdicts) => next.charged = granted_items(items, verdicts),
            None => timeline.charged = paired(items, former),
        }
        let shows_items = self.rules.ended_keeps_items;
        self.update(id, |session, now| {
            session.requester = requester;
            session.timeline = Some(timeline);
            match state {
                SessionState::Active => session.timeline = Some(next),
                SessionState::Idle => session.halt(now),
                _ => session.terminate(shows_items),
            }
        });
        if as_it_was { self.moved_session(id) } else { self.changed_session(id) }
    }

    /// The timeline after an automatic charge, without its items (DM-HB-010, DM-CONF-014).
    fn next_period(&self, timeline: &Timeline, stands: bool, last_heartbeat: Millis) -> Timeline {
        let period = (self.rules.next_period)(timeline.period, self.charge_period());
        // A new length of the period starts a new timeline at this charge (DM-TIME-015).
        let (anchor, charges) =
            if period == timeline.period { (timeline.anchor, timeline.charges + 1) } else { (self.now, 1) };
        let owed = stands && (self.rules.heartbeat_owed)(last_heartbeat, self.now);
        let window = (self.rules.heartbeat_window)(period);
        let next_charge = (self.rules.next_charge)(anchor, charges, period, self.now);
        Timeline {
            anchor,
            charges,
            period,
            charged: Vec::new(),
            heartbeat_due: owed.then_some(self.now + window),
            next_charge: next_charge.max(self.now + 1),
        }
    }

    /// Thirty idle days have passed (DM-TIME-010).
    pub(super) fn idle_limit(&mut self, id: Uuid) {
        let shows_items = self.rules.ended_keeps_items;
        self.update(id, |session, _| session.terminate(shows_items));
        self.changed_session(id);
    }
}
