//! The Producer User of a site: its two steps, and how to go on.

use axum::response::Html as Answer;

use super::commands::{self, Place};
use super::html::Html;
use super::pages::{form_key, framed, log_out, state};
use super::visitor::Visitor;
use crate::domain::Millis;
use crate::domain::licensing::{LicenseServer, ProducerState, password_policy};
use crate::site::{Clock, Site};

/// What the page shows of a site.
pub(super) struct SiteView {
    pub(super) id: String,
    state: ProducerState,
    /// Whether the password is gone for good when the tick is taken away (CM-PROD-009).
    forgets: bool,
    /// The time of a clock that does not move by itself; commands cannot ask the machine for it.
    pub(super) stands_at: Option<Millis>,
    instances: Vec<InstanceView>,
}

/// What the page shows of a license-server instance.
pub(super) struct InstanceView {
    pub(super) id: String,
    account: String,
    features: usize,
    /// The first feature, to try a request with.
    pub(super) feature: Option<(String, String)>,
    has_key: bool,
}

impl SiteView {
    pub(super) fn of(site: &Site) -> Self {
        Self {
            id: site.id().to_owned(),
            state: site.producer_state(),
            forgets: site.rules().licensing.accounts.forgets_when_disabled,
            stands_at: match site.clock() {
                Clock::Real => None,
                Clock::Virtual(now) => Some(now),
            },
            instances: site.license_servers().map(InstanceView::of).collect(),
        }
    }
}

impl InstanceView {
    fn of(server: &LicenseServer) -> Self {
        let feature = server.licenses.first().map(|license| &license.feature);
        Self {
            id: server.id.to_string(),
            account: server.account_id.to_string(),
            features: server.licenses.len(),
            feature: feature.map(|feature| (feature.name.to_string(), feature.version.to_string())),
            has_key: !server.keys.is_empty(),
        }
    }
}

/// What has just happened.
pub(super) enum Message {
    /// Something was done.
    Done(&'static str),
    /// Something was refused, in the words of the control protocol.
    Refused(String),
}

impl Message {
    /// The message that the address asks for; it chooses among those that there are.
    pub(super) fn of(done: &str) -> Option<Self> {
        match done {
            "enabled" => Some(Self::Done("Saved: the Producer User is enabled.")),
            "disabled" => Some(Self::Done("Saved: the Producer User is disabled.")),
            "password" => {
                Some(Self::Done("Saved: the password is defined. One from before no longer works."))
            }
            _ => None,
        }
    }
}

/// The whole page; `instance` is the one that the commands are for, else the first.
pub(super) fn render(
    visitor: &Visitor,
    site: &SiteView,
    instance: Option<&str>,
    message: Option<&Message>,
) -> Answer<String> {
    let mut content = Html::default();
    content
        .markup("<nav><span><a href=/setup>Sites</a> › ")
        .text(&site.id)
        .markup(" › Producer User For CLS</span>");
    log_out(&mut content, &visitor.login);
    content
        .markup("</nav><h1>Producer User For CLS</h1><p>The Producer User is one login, <code>producer</code>, for all ")
        .markup("license-server instances of the site <code>")
        .text(&site.id)
        .markup("</code>. With it the producer gets the tokens that JSON security is set up with.</p><p>State: <strong>")
        .text(state(site.state))
        .markup("</strong> <code>")
        .text(site.state.word())
        .markup("</code></p>");
    match message {
        Some(Message::Done(text)) => content.markup("<p role=status class=told>").text(text),
        Some(Message::Refused(text)) => content.markup("<p role=alert class=\"told refused\">").text(text),
        None => &mut content,
    };
    enabling(&mut content, visitor, site);
    password(&mut content, visitor, site);
    going_on(&mut content, visitor, site, instance);
    framed("Producer User For CLS", &content)
}

fn enabling(content: &mut Html, visitor: &Visitor, site: &SiteView) {
    let is_enabled = site.state != ProducerState::Disabled;
    form(content, "<h2>1. Enable it</h2>", visitor, site, "/enabled\">");
    content.markup("<p><label><input type=checkbox name=enabled value=yes");
    if is_enabled {
        content.markup(" checked");
    }
    content.markup("> Enable Producer User For CLS</label> <button>Save</button></form>");
    if is_enabled && site.forgets {
        content.markup("<p>Without the tick it cannot authorize, and its password is forgotten.</p>");
    }
}

fn password(content: &mut Html, visitor: &Visitor, site: &SiteView) {
    if site.state == ProducerState::Disabled {
        content.markup(
            "<h2 class=later>2. Define its password</h2><p class=later>Comes after the first step.</p>",
        );
        return;
    }
    form(content, "<h2>2. Define its password</h2>", visitor, site, "/password\">");
    content
        .markup("<p><label for=password>Password</label><input type=password id=password name=password ")
        .markup("autocomplete=new-password required aria-describedby=policy> <button>Save</button></form>");
    if site.state == ProducerState::Enabled {
        content.markup("<p>There is one. Saving another is a reset: the old one stops working at once.</p>");
    }
    content.markup("<p id=policy>A password");
    for (at, rule) in password_policy().enumerate() {
        content.markup(if at == 0 { " " } else { "; " }).text(rule);
    }
    content.markup(". It is kept as a hash and never shown.</p>");
}

/// A heading and the beginning of a form that changes the site.
fn form(content: &mut Html, heading: &'static str, visitor: &Visitor, site: &SiteView, ending: &'static str) {
    content.markup(heading).markup("<form method=post action=\"/setup/sites/").text(&site.id).markup(ending);
    form_key(content, &visitor.login);
}

fn going_on(content: &mut Html, visitor: &Visitor, site: &SiteView, instance: Option<&str>) {
    if site.state != ProducerState::Enabled {
        content
            .markup("<h2 class=later>3. Set up JSON security and request licenses</h2>")
            .markup("<p class=later>Comes after the second step, with commands to type.</p>");
        return;
    }
    content.markup("<h2 id=go-on>3. Set up JSON security and request licenses</h2>");
    let place = Place { origin: &visitor.origin, site };
    let chosen = site.instances.iter().find(|one| Some(one.id.as_str()) == instance);
    let Some(chosen) = chosen.or(site.instances.first()) else {
        content.markup(
            "<p>The site has no license-server instance yet. This makes one; type the control token after the first \
             line, then load this page again.</p>",
        );
        commands::no_instance(content, &place);
        return;
    };
    content.markup("<div class=wide><table><tr><th>Instance<th>Account<th>Features<th>Licensing key");
    for one in &site.instances {
        content
            .markup("<tr><td><a href=\"/setup/sites/")
            .text(&site.id)
            .markup("?instance=")
            .text(&one.id)
            .markup("#go-on\">")
            .text(&one.id)
            .markup("</a><td>")
            .text(&one.account)
            .markup("<td>")
            .text(&one.features.to_string())
            .markup(if one.has_key { "<td>uploaded" } else { "<td>none" });
    }
    content.markup("</table></div><p>The commands are for <code>bash</code> with <code>curl</code> and ");
    content
        .markup("<code>openssl</code>, and for the instance <strong>")
        .text(&chosen.id)
        .markup("</strong>.</p>");
    commands::for_instance(content, &place, chosen);
}
