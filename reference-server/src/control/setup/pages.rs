//! The frame of every page, the login, and the list of sites.

use axum::response::Html as Answer;

use super::html::Html;
use super::logins::Login;
use super::visitor::FORM_KEY;
use crate::domain::licensing::ProducerState;

/// The style of all pages. The content policy names it by its hash.
pub(super) const STYLE: &str = ":root{color-scheme:light dark}\
body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.6rem;line-height:1.2}h2{font-size:1.15rem;margin:1.8rem 0 .5rem}\
nav{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;justify-content:space-between}nav form{margin:0}\
.wide,pre{overflow-x:auto}table{border-collapse:collapse}\
th,td{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #8884;white-space:nowrap}\
pre{padding:.7rem .9rem;border:1px solid #8886;border-radius:.3rem;background:#8881;font-size:.85rem}\
input[type=password]{font:inherit;padding:.25rem .4rem;max-width:100%;box-sizing:border-box}\
button{font:inherit;padding:.25rem .9rem}label{margin-right:.6rem}\
.told{padding:.5rem .8rem;border-left:.3rem solid #2a7;background:#2a71}\
.refused{border-left-color:#c33;background:#c331}.later{opacity:.7}";

/// A site in the list.
pub(super) struct SiteLine {
    pub(super) id: String,
    pub(super) state: ProducerState,
    /// How many license-server instances it has.
    pub(super) servers: usize,
}

/// A whole page around its content.
pub(super) fn framed(title: &str, content: &Html) -> Answer<String> {
    let mut page = Html::default();
    page.markup("<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\"><title>")
        .text(title)
        .markup(" – Elastic Access reference server</title><style>")
        .markup(STYLE)
        .markup("</style>")
        .piece(content)
        .markup("</html>");
    Answer(page.into_text())
}

/// A page that says one thing.
pub(super) fn notice(title: &str, text: &str) -> Answer<String> {
    let mut content = Html::default();
    content
        .markup("<nav><a href=/setup>Set-up</a></nav><h1>")
        .text(title)
        .markup("</h1><p role=alert class=\"told refused\">")
        .text(text)
        .markup("</p>");
    framed(title, &content)
}

/// The login, with what has gone wrong.
pub(super) fn entrance(refused: Option<&str>) -> Answer<String> {
    let mut content = Html::default();
    content
        .markup("<nav><a href=/>This server</a></nav><h1>Set-up of license servers</h1>")
        .markup("<p>Here is done by hand what the vendor's portal is for: the Producer User of license servers is ")
        .markup("enabled and gets its password. It takes the control token, which <code>chargeproof serve</code> was ")
        .markup("started with, or has printed.</p>");
    if let Some(refused) = refused {
        content.markup("<p role=alert class=\"told refused\">").text(refused).markup("</p>");
    }
    content
        .markup("<form method=post action=/setup/login><p><label for=token>Control token</label>")
        .markup("<input type=password id=token name=token autocomplete=off required autofocus> ")
        .markup("<button>Log in</button></form>");
    framed("Set-up", &content)
}

/// The sites to choose from.
pub(super) fn sites(login: &Login, sites: &[SiteLine], more: usize) -> Answer<String> {
    let mut content = Html::default();
    content.markup("<nav><a href=/>This server</a>");
    log_out(&mut content, login);
    content
        .markup("</nav><h1>Set-up of license servers</h1><p>Each site has one Producer User for all its ")
        .markup("license-server instances. Choose the site.</p><div class=wide><table>")
        .markup("<tr><th>Site<th>Producer User<th>Instances");
    for site in sites {
        content.markup("<tr><td><a href=\"/setup/sites/").text(&site.id).markup("\">").text(&site.id);
        content.markup("</a><td>").text(state(site.state)).markup("<td>").text(&site.servers.to_string());
    }
    content.markup("</table></div>");
    if more > 0 {
        content
            .markup("<p>… and ")
            .text(&more.to_string())
            .markup(" more, each at /setup/sites/ and its ID.</p>");
    }
    framed("Set-up", &content)
}

/// The button that ends a login.
pub(super) fn log_out(content: &mut Html, login: &Login) {
    content.markup("<form method=post action=/setup/logout>");
    form_key(content, login);
    content.markup("<button>Log out</button></form>");
}

/// What makes a form one of this login.
pub(super) fn form_key(content: &mut Html, login: &Login) {
    content
        .markup("<input type=hidden name=")
        .markup(FORM_KEY)
        .markup(" value=\"")
        .text(&login.form_key)
        .markup("\">");
}

/// A state in words.
pub(super) const fn state(state: ProducerState) -> &'static str {
    match state {
        ProducerState::Disabled => "disabled",
        ProducerState::EnabledNoPassword => "enabled, without a password",
        ProducerState::Enabled => "enabled, with a password",
    }
}
